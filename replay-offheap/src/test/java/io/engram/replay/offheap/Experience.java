package io.engram.replay.offheap;

import io.engram.replay.DType;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.internal.RowFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Values that say which row they belong to. The rows of a stream are counted from 1; every word of a row follows from
 * the stream's name and that count, so a row that mixes two others shows.
 */
final class Experience {
    static final int STATE_WORDS = 8;
    static final int STEP_WORDS = 2;

    private static final int COUNT_BITS = 40;
    private static final int STEP_OFFSET = STATE_WORDS * Long.BYTES;
    private static final int NEXT_OFFSET = STEP_OFFSET + STEP_WORDS * Long.BYTES;

    private Experience() {}

    static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64, STATE_WORDS)
                .action(DType.I64, STEP_WORDS)
                .rowLayout(layout)
                .build();
    }

    /** A word of the state that a row leads to; the first one tells which row it is. */
    static long stateWord(String stream, long count, int word) {
        long key = (stream.hashCode() & 0x7fffffL) << COUNT_BITS | count;
        return word == 0 ? key : mix(key + word);
    }

    /** A word of the step of a row. */
    static long stepWord(String stream, long count, int word) {
        return ~stateWord(stream, count, word + 1);
    }

    static long[] state(String stream, long count) {
        long[] words = new long[STATE_WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = stateWord(stream, count, i);
        }
        return words;
    }

    static long[] step(String stream, long count) {
        long[] words = new long[STEP_WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = stepWord(stream, count, i);
        }
        return words;
    }

    /** The count of a state. */
    static long count(long firstStateWord) {
        return firstStateWord & ((1L << COUNT_BITS) - 1);
    }

    /**
     * Which row of its stream this is.
     *
     * @throws AssertionError if it is torn: some word is not that of the row
     */
    static long count(StoredRow row, RowLayout layout, String stream) {
        ByteBuffer payload = ByteBuffer.wrap(row.payload()).order(ByteOrder.LITTLE_ENDIAN);
        boolean arrival = layout == RowLayout.ARRIVAL;
        boolean first = (row.flags() & RowFlags.FIRST) != 0;
        long count = count(payload.getLong(arrival ? 0 : NEXT_OFFSET));
        for (int i = 0; i < STATE_WORDS; i++) {
            long before = arrival ? count : count - 1;
            requireWord(row, stream, payload.getLong(i * Long.BYTES), stateWord(stream, before, i));
            if (!arrival) {
                long next = payload.getLong(NEXT_OFFSET + i * Long.BYTES);
                requireWord(row, stream, next, stateWord(stream, count, i));
            }
        }
        for (int i = 0; i < STEP_WORDS; i++) {
            long word = payload.getLong(STEP_OFFSET + i * Long.BYTES);
            requireWord(row, stream, word, first ? 0 : stepWord(stream, count, i));
        }
        if (first != (arrival && row.step() == 0) || (row.back() == 0) != (row.step() == 0)) {
            throw new AssertionError("torn: flags, step and back contradict each other in " + row);
        }
        return count;
    }

    private static void requireWord(StoredRow row, String stream, long found, long expected) {
        if (found != expected) {
            throw new AssertionError("torn: found=" + Long.toHexString(found) + ", expected="
                    + Long.toHexString(expected) + " of stream=" + stream + " in " + row);
        }
    }

    /** The finalizer of SplitMix64, written down again: what is compared must not come from the code under test. */
    private static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
