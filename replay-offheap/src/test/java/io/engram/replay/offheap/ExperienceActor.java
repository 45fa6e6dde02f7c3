package io.engram.replay.offheap;

import io.engram.replay.Columns;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** Appends {@link Experience} to one stream. A call that throws has counted nothing. */
final class ExperienceActor implements AutoCloseable {
    /** The most rows that one call appends. */
    static final int MAX_ROWS = 24;

    private static final int MAX_STEPS = MAX_ROWS / 2;

    private final StreamWriter writer;
    private final String stream;
    private final boolean arrival;
    private final Columns columns;
    private final int maxSteps;
    private long count;

    /** An actor of a stream without rows. */
    ExperienceActor(ReplayMemory memory, String stream) {
        this(memory, stream, 0);
    }

    /** An actor that goes on after the row of that count. */
    ExperienceActor(ReplayMemory memory, String stream, long count) {
        this.writer = memory.writer(stream);
        this.stream = stream;
        writer.label(EpisodeLabel.ofSubject(stream));
        this.arrival = memory.schema().rowLayout() == RowLayout.ARRIVAL;
        this.columns = Columns.allocate(memory.schema(), MAX_STEPS);
        this.maxSteps = (int) Math.min(MAX_STEPS, memory.capacity() / 2);
        this.count = count;
    }

    /** Episodes from the next one on have so many tags, which make the journal's records long. */
    void tags(int number) {
        List<String> tags =
                IntStream.range(0, number).mapToObj(i -> i + "-".repeat(90)).toList();
        writer.label(EpisodeLabel.of(stream, tags));
    }

    String stream() {
        return stream;
    }

    /** The count of the last row. */
    long count() {
        return count;
    }

    /** Begins an episode and returns the row's sequence, or {@link StreamWriter#NO_ROW}. */
    long begin() {
        long row = arrival ? count + 1 : count;
        stage(Field.OBSERVATION, Experience.state(stream, row));
        long sequence = writer.begin();
        count = row;
        return sequence;
    }

    long step(boolean terminated, boolean truncated) {
        stage(Field.ACTION, Experience.step(stream, count + 1));
        stage(Field.OBSERVATION, Experience.state(stream, count + 1));
        long sequence = writer.step(terminated, truncated);
        count++;
        return sequence;
    }

    /** Some call or other; returns the sequence of the last row, or {@link StreamWriter#NO_ROW}. */
    long act(SplitMix64 random) {
        if (maxSteps > 0 && random.nextInt(4) == 0) {
            return stepAll(1 + random.nextInt(maxSteps), random);
        }
        if (!writer.inEpisode() || random.nextInt(40) == 0) {
            return begin();
        }
        int end = random.nextInt(16);
        return step(end == 0, end == 1);
    }

    /** Acts until so many rows are there and returns the sequence of the last. */
    long play(int rows, long seed) {
        SplitMix64 random = new SplitMix64(seed);
        long last = StreamWriter.NO_ROW;
        for (long goal = count + rows; count < goal; ) {
            last = Math.max(last, act(random));
        }
        return last;
    }

    @Override
    public void close() {
        writer.close();
    }

    private long stepAll(int steps, SplitMix64 random) {
        long row = count;
        boolean open = writer.inEpisode();
        for (int i = 0; i < steps; i++) {
            if (!open) {
                row += arrival ? 1 : 0;
            }
            put(Field.OBSERVATION, i, Experience.state(stream, row));
            row++;
            put(Field.ACTION, i, Experience.step(stream, row));
            put(Schema.NEXT + Field.OBSERVATION, i, Experience.state(stream, row));
            int end = random.nextInt(8);
            columns.column(Schema.TERMINATED).buffer().put(i, (byte) (end == 0 ? 1 : 0));
            columns.column(Schema.TRUNCATED).buffer().put(i, (byte) (end == 1 ? 1 : 0));
            open = end > 1;
        }
        long sequence = writer.stepAll(columns, steps);
        count = row;
        return sequence;
    }

    private void stage(String field, long[] words) {
        writer.field(field).set(words);
    }

    private void put(String column, int row, long[] words) {
        LongBuffer buffer = columns.column(column).longs();
        buffer.put(row * words.length, words);
    }
}
