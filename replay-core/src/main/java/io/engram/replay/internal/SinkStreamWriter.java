package io.engram.replay.internal;

import io.engram.replay.Columns;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.StagedField;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import org.jspecify.annotations.Nullable;

/** The writer of one stream into any {@link RowSink}: stages, checks, and only then claims and appends. */
public final class SinkStreamWriter implements StreamWriter {
    private final Lane lane;
    private final StagedRow row;
    private final RowSink sink;
    private final ColumnSource source;
    private final long maxRows;
    private final @Nullable StagedField observation;
    private final @Nullable StagedField action;
    private final @Nullable StagedField reward;
    private boolean closed;

    /**
     * A writer.
     *
     * @param schema the fields
     * @param lane the stream's place
     * @param sink what rows go into
     * @param maxRows how many rows one call may append
     */
    public SinkStreamWriter(Schema schema, Lane lane, RowSink sink, long maxRows) {
        this.lane = lane;
        this.row = lane.row();
        this.sink = sink;
        this.source = new ColumnSource(schema);
        this.maxRows = maxRows;
        this.observation = standard(schema, Field.OBSERVATION);
        this.action = standard(schema, Field.ACTION);
        this.reward = standard(schema, Field.REWARD);
    }

    @Override
    public String stream() {
        return lane.stream();
    }

    @Override
    public StagedField field(String name) {
        return row.field(name);
    }

    @Override
    public long begin() {
        requireOpen();
        row.requireStaged(Role.STATE, "begin");
        int rows = lane.rowsToBegin();
        long sequence;
        if (rows > 0) {
            sink.claim(rows);
        }
        try {
            sequence = lane.begin(sink);
        } finally {
            if (rows > 0) {
                sink.release();
            }
        }
        row.clearStaged();
        return sequence;
    }

    @Override
    public long step(boolean terminated, boolean truncated) {
        requireOpen();
        lane.requireEpisode();
        row.requireStaged(Role.STEP, "step");
        row.requireStaged(Role.STATE, "step");
        int rows = lane.rowsToStep();
        long sequence;
        if (rows > 0) {
            sink.claim(rows);
        }
        try {
            sequence = lane.step(sink, RowFlags.of(terminated, truncated));
        } finally {
            if (rows > 0) {
                sink.release();
            }
        }
        row.clearStaged();
        return sequence;
    }

    @Override
    public long begin(float[] first) {
        place(observation, Field.OBSERVATION).set(first);
        return begin();
    }

    @Override
    public long begin(byte[] first) {
        place(observation, Field.OBSERVATION).set(first);
        return begin();
    }

    @Override
    public long step(int act, float earned, float[] next, boolean terminated, boolean truncated) {
        place(action, Field.ACTION).set(act);
        place(reward, Field.REWARD).set(earned);
        place(observation, Field.OBSERVATION).set(next);
        return step(terminated, truncated);
    }

    @Override
    public long step(float[] act, float earned, float[] next, boolean terminated, boolean truncated) {
        place(action, Field.ACTION).set(act);
        place(reward, Field.REWARD).set(earned);
        place(observation, Field.OBSERVATION).set(next);
        return step(terminated, truncated);
    }

    @Override
    public long step(int act, float earned, byte[] next, boolean terminated, boolean truncated) {
        place(action, Field.ACTION).set(act);
        place(reward, Field.REWARD).set(earned);
        place(observation, Field.OBSERVATION).set(next);
        return step(terminated, truncated);
    }

    @Override
    public long stepAll(Columns steps, int count) {
        requireOpen();
        if (count < 1 || count > steps.rows()) {
            throw new IllegalArgumentException("count=" + count + ", expected 1 to the columns' rows=" + steps.rows());
        }
        source.bindSteps(steps);
        source.bindStates(steps);
        int rows = check(count);
        if (rows > maxRows) {
            throw new IllegalArgumentException("count=" + count + " takes rows=" + rows + ", expected at most capacity="
                    + maxRows + "; append in smaller parts");
        }
        sink.claim(rows);
        long sequence = NO_ROW;
        try {
            for (int i = 0; i < count; i++) {
                if (!lane.inEpisode()) {
                    source.stageState(row, i);
                    lane.begin(sink);
                }
                source.stageStep(row, i);
                sequence = lane.step(sink, source.flags(i));
            }
        } finally {
            sink.release();
        }
        row.clearStaged();
        return sequence;
    }

    /** Checks every value that will be read and returns the rows needed. */
    private int check(int count) {
        boolean open = lane.inEpisode();
        int rows = count;
        for (int i = 0; i < count; i++) {
            if (!open) {
                source.checkState(i);
                rows += lane.rowsToBegin();
            }
            source.checkStep(i);
            open = source.flags(i) == 0;
        }
        return rows;
    }

    @Override
    public void prioritize(double priority) {
        lane.prioritize(priority);
    }

    @Override
    public void label(EpisodeLabel label) {
        requireOpen();
        lane.describe(label);
    }

    @Override
    public void policyVersion(long version) {
        requireOpen();
        lane.actBy(version, sink);
    }

    @Override
    public void abandon() {
        requireOpen();
        lane.abandon(sink);
    }

    @Override
    public boolean inEpisode() {
        return lane.inEpisode();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            lane.abandon(sink);
            sink.close();
        }
    }

    private @Nullable StagedField standard(Schema schema, String name) {
        return schema.contains(name) ? row.field(name) : null;
    }

    /** A schema need not have the standard fields; asking the row for a missing one names what there is. */
    private StagedField place(@Nullable StagedField cached, String name) {
        return cached != null ? cached : row.field(name);
    }

    private void requireOpen() {
        if (closed) {
            throw new StreamException("the writer of stream '" + lane.stream() + "' is closed");
        }
    }
}
