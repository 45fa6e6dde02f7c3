package io.engram.replay.internal;

import io.engram.replay.Columns;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Schema;
import io.engram.replay.StreamException;
import io.engram.replay.VectorWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The writer of many streams in step into one {@link RowSink}: checks every lane, and only then claims and appends. */
public final class SinkVectorWriter implements VectorWriter {
    private final Schema schema;
    private final List<Lane> lanes;
    private final RowSink sink;
    private final ColumnSource source;
    private final long maxRows;
    private boolean closed;

    /**
     * A writer.
     *
     * @param schema the fields
     * @param lanes the streams' places
     * @param sink what rows go into
     * @param maxRows how many rows one call may append
     */
    public SinkVectorWriter(Schema schema, List<Lane> lanes, RowSink sink, long maxRows) {
        this.schema = schema;
        this.lanes = List.copyOf(lanes);
        this.sink = sink;
        this.source = new ColumnSource(schema);
        this.maxRows = maxRows;
    }

    @Override
    public List<String> streams() {
        return lanes.stream().map(Lane::stream).toList();
    }

    @Override
    public Columns newColumns() {
        return Columns.allocate(schema, lanes.size());
    }

    @Override
    public void begin(Columns states, boolean @Nullable [] mask) {
        requireOpen();
        checkLanes(states, mask);
        source.bindStates(states);
        int rows = 0;
        for (int i = 0; i < lanes.size(); i++) {
            if (isSet(mask, i)) {
                source.checkState(i);
                rows += lanes.get(i).rowsToBegin();
            }
        }
        claim(rows);
        try {
            for (int i = 0; i < lanes.size(); i++) {
                if (isSet(mask, i)) {
                    source.stageState(lanes.get(i).row(), i);
                    lanes.get(i).begin(sink);
                }
            }
        } finally {
            release(rows);
        }
    }

    @Override
    public void step(Columns steps, boolean @Nullable [] transitions) {
        requireOpen();
        checkLanes(steps, transitions);
        source.bindSteps(steps);
        int rows = 0;
        for (int i = 0; i < lanes.size(); i++) {
            source.checkStep(i);
            if (isSet(transitions, i)) {
                lanes.get(i).requireEpisode();
                rows += lanes.get(i).rowsToStep();
            } else {
                rows += lanes.get(i).rowsToBegin();
            }
        }
        claim(rows);
        try {
            for (int i = 0; i < lanes.size(); i++) {
                Lane lane = lanes.get(i);
                if (isSet(transitions, i)) {
                    source.stageStep(lane.row(), i);
                    lane.step(sink, source.flags(i));
                } else {
                    source.stageNextState(lane.row(), i);
                    lane.begin(sink);
                }
            }
        } finally {
            release(rows);
        }
    }

    @Override
    public void prioritize(int lane, double priority) {
        lanes.get(lane).prioritize(priority);
    }

    @Override
    public void label(int lane, EpisodeLabel label) {
        requireOpen();
        lanes.get(lane).describe(label);
    }

    @Override
    public void policyVersion(long version) {
        requireOpen();
        lanes.forEach(lane -> lane.actBy(version, sink));
    }

    @Override
    public void abandon(int lane) {
        requireOpen();
        lanes.get(lane).abandon(sink);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            lanes.forEach(lane -> lane.abandon(sink));
            sink.close();
        }
    }

    private void checkLanes(Columns columns, boolean @Nullable [] mask) {
        if (columns.rows() != lanes.size()) {
            throw new IllegalArgumentException(
                    "columns have rows=" + columns.rows() + ", expected lanes=" + lanes.size());
        }
        if (mask != null && mask.length != lanes.size()) {
            throw new IllegalArgumentException("mask length=" + mask.length + ", expected lanes=" + lanes.size());
        }
    }

    private void claim(int rows) {
        if (rows > maxRows) {
            throw new IllegalArgumentException("rows=" + rows + ", expected at most capacity=" + maxRows);
        }
        if (rows > 0) {
            sink.claim(rows);
        }
    }

    private void release(int rows) {
        if (rows > 0) {
            sink.release();
        }
    }

    private static boolean isSet(boolean @Nullable [] mask, int lane) {
        return mask == null || mask[lane];
    }

    private void requireOpen() {
        if (closed) {
            throw new StreamException("the vector writer of streams " + streams() + " is closed");
        }
    }
}
