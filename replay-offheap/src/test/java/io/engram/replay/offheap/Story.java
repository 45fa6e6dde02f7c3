package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Experience that says by itself whether it is right. The n-th state of stream s is a function of s and n, and so are
 * the step that led to it and where episodes begin and end: whoever reads a transition can tell that no byte of it
 * comes from elsewhere, without knowing what was written when.
 */
final class Story {
    /** Longs of a state: its stream, its number, and what follows from both. */
    static final int STATE_LONGS = 5;
    /** States of an episode. */
    static final int EPISODE = 7;

    private Story() {}

    static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64, STATE_LONGS)
                .action(DType.I64)
                .rowLayout(layout)
                .build();
    }

    /** Whether an episode begins with the n-th state. */
    static boolean begins(long n) {
        return n % EPISODE == 0;
    }

    static boolean terminates(long n) {
        return ends(n) && n / EPISODE % 3 != 1;
    }

    static boolean truncates(long n) {
        return ends(n) && n / EPISODE % 3 != 0;
    }

    private static boolean ends(long n) {
        return n % EPISODE == EPISODE - 1;
    }

    /** The i-th long of a state. */
    static long state(long stream, long n, int i) {
        return i == 0 ? stream : i == 1 ? n : mixed(stream, n, i);
    }

    /** The step that leads to the n-th state. */
    static long action(long stream, long n) {
        return mixed(stream, n, STATE_LONGS);
    }

    /** Appends states {@code from} to {@code to - 1} of a stream. */
    static void tell(StreamWriter writer, long stream, long from, long to) {
        for (long n = from; n < to; n++) {
            tell(writer, stream, n);
        }
    }

    /** Appends the n-th state of a stream. */
    static void tell(StreamWriter writer, long stream, long n) {
        ByteBuffer state = ByteBuffer.allocate(STATE_LONGS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < STATE_LONGS; i++) {
            state.putLong(state(stream, n, i));
        }
        writer.field(Field.OBSERVATION).set(new UnsafeBuffer(state.array()), 0);
        if (begins(n)) {
            writer.begin();
        } else {
            writer.field(Field.ACTION).set(action(stream, n));
            writer.step(terminates(n), truncates(n));
        }
    }

    /** Fills a row of columns with the transition that leads to the n-th state. */
    static void put(Columns columns, int row, long stream, long n) {
        for (int i = 0; i < STATE_LONGS; i++) {
            int at = (row * STATE_LONGS + i) * Long.BYTES;
            columns.column(Field.OBSERVATION).buffer().putLong(at, state(stream, Math.max(0, n - 1), i));
            columns.column(Schema.NEXT + Field.OBSERVATION).buffer().putLong(at, state(stream, n, i));
        }
        columns.column(Field.ACTION).buffer().putLong(row * Long.BYTES, action(stream, n));
        columns.column(Schema.TERMINATED).buffer().put(row, (byte) (terminates(n) ? 1 : 0));
        columns.column(Schema.TRUNCATED).buffer().put(row, (byte) (truncates(n) ? 1 : 0));
    }

    /** Fails unless every transition of the batch was told, whole. Returns one past the highest number seen. */
    static long check(Batch batch) {
        long end = 0;
        for (int row = 0; row < batch.size(); row++) {
            long stream = stateLong(batch, Field.OBSERVATION, row, 0);
            long n = stateLong(batch, Field.OBSERVATION, row, 1) + 1;
            end = Math.max(end, n + 1);
            for (int i = 0; i < STATE_LONGS; i++) {
                if (stateLong(batch, Field.OBSERVATION, row, i) != state(stream, n - 1, i)
                        || stateLong(batch, Schema.NEXT + Field.OBSERVATION, row, i) != state(stream, n, i)) {
                    throw wrong(batch, row, "long " + i + " of a state");
                }
            }
            if (begins(n)) {
                throw wrong(batch, row, "a transition into another episode");
            }
            if (batch.column(Field.ACTION).buffer().getLong(row * Long.BYTES) != action(stream, n)) {
                throw wrong(batch, row, "the action");
            }
            if (batch.column(Schema.TERMINATED).buffer().get(row) != (terminates(n) ? 1 : 0)
                    || batch.column(Schema.TRUNCATED).buffer().get(row) != (truncates(n) ? 1 : 0)) {
                throw wrong(batch, row, "a flag");
            }
        }
        assertThat(batch.size()).isPositive();
        return end;
    }

    private static AssertionError wrong(Batch batch, int row, String what) {
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < STATE_LONGS; i++) {
            found.append(stateLong(batch, Field.OBSERVATION, row, i))
                    .append(" -> ")
                    .append(stateLong(batch, Schema.NEXT + Field.OBSERVATION, row, i))
                    .append("; ");
        }
        return new AssertionError(
                "wrong in a sampled transition: " + what + ", sequence=" + batch.sequence(row) + ", states: " + found);
    }

    static long stateLong(Batch batch, String column, int row, int i) {
        return batch.column(column).buffer().getLong((row * STATE_LONGS + i) * Long.BYTES);
    }

    private static long mixed(long stream, long n, int i) {
        long bits = (stream << 48 ^ n << 8 ^ i) * 0x9e3779b97f4a7c15L;
        bits = (bits ^ bits >>> 29) * 0xbf58476d1ce4e5b9L;
        return bits ^ bits >>> 32;
    }
}
