package io.engram.jmh;

import io.engram.replay.Columns;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.Storage;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The floor of W1 c: 256 rows gathered into the same columns by a plain loop over the same kind of memory, with the
 * same distance from row to row. The rows are drawn beforehand; a pass touches them, another copies; nothing is
 * checked. Microseconds a batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class GatherFloorBenchmark extends EngramBenchmark {
    /** Enough that no cache keeps the rows of one round through all batches until the next. */
    private static final int BATCHES = 1 << 16;

    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param({"PERSISTENT", "VOLATILE"})
    Storage storage;

    @Param({"100000", "1000000", "10000000"})
    int rows;

    private FlatRows memory;
    private long base;
    private long stride;
    private Columns columns;
    private final int[] draws = new int[BATCHES * Experience.BATCH];
    private int at;
    private long observation;
    private long action;
    private long reward;
    private long next;
    private long terminated;
    private long truncated;

    /** Fills the memory and draws. */
    @Setup
    public void open() {
        memory = new FlatRows(layout, storage, rows);
        base = memory.address();
        stride = memory.stride();
        SplitMix64 random = new SplitMix64(5);
        // Arrival rows are read together with the row before.
        int first = layout == RowLayout.ARRIVAL ? 1 : 0;
        for (int i = 0; i < draws.length; i++) {
            draws[i] = first + random.nextInt(rows - first);
        }
        columns = Columns.allocate(Experience.schema(layout), Experience.BATCH);
        observation = address(Field.OBSERVATION);
        action = address(Field.ACTION);
        reward = address(Field.REWARD);
        next = address(Schema.NEXT + Field.OBSERVATION);
        terminated = address(Schema.TERMINATED);
        truncated = address(Schema.TRUNCATED);
    }

    /** Frees the memory and deletes the file. */
    @TearDown
    public void close() {
        memory.close();
    }

    /**
     * Touches and copies the next batch.
     *
     * @return a sum, so that nothing is left out
     */
    @Benchmark
    public long gather() {
        int first = at;
        at = (at + Experience.BATCH) & (draws.length - 1);
        long sum = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            long row = base + draws[first + i] * stride;
            sum += UnsafeApi.getLong(row);
            if (layout == RowLayout.SELF_CONTAINED) {
                // The row's last word lies in the next cache line.
                sum += UnsafeApi.getLong(row + FlatRows.LAST_WORD);
            }
        }
        if (layout == RowLayout.SELF_CONTAINED) {
            copySelfContained(first);
        } else {
            copyArrival(first);
        }
        return sum;
    }

    private void copySelfContained(int first) {
        for (int i = 0; i < Experience.BATCH; i++) {
            long row = base + draws[first + i] * stride;
            copyState(row + FlatRows.STATE, observation, i);
            copyStep(row, i);
            copyState(row + FlatRows.NEXT_STATE, next, i);
        }
    }

    private void copyArrival(int first) {
        for (int i = 0; i < Experience.BATCH; i++) {
            long row = base + draws[first + i] * stride;
            copyState(row - stride + FlatRows.STATE, observation, i);
            copyStep(row, i);
            copyState(row + FlatRows.STATE, next, i);
        }
    }

    private void copyStep(long row, int i) {
        long flags = UnsafeApi.getLong(row);
        UnsafeApi.putInt(action + 4L * i, UnsafeApi.getInt(row + FlatRows.ACTION));
        UnsafeApi.putInt(reward + 4L * i, UnsafeApi.getInt(row + FlatRows.REWARD));
        UnsafeApi.putByte(terminated + i, (byte) ((flags >> 4) & 1));
        UnsafeApi.putByte(truncated + i, (byte) ((flags >> 5) & 1));
    }

    private static void copyState(long from, long column, int i) {
        long to = column + 16L * i;
        UnsafeApi.putLong(to, UnsafeApi.getLong(from));
        UnsafeApi.putLong(to + 8, UnsafeApi.getLong(from + 8));
    }

    private long address(String column) {
        return BufferUtil.address(columns.column(column).buffer());
    }
}
