package io.engram.jmh;

import io.engram.replay.Columns;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.Storage;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
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
 * The floor of W2 c, as {@link GatherFloorBenchmark} is of W1: 256 rows, drawn beforehand, touched and then copied to
 * the same columns out of one block of the same kind of memory. Microseconds a batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class MediumFloorBenchmark extends EngramBenchmark {
    private static final int BATCHES = 1 << 13;
    private static final long STATE_LENGTH = (long) Workload.MEDIUM.observation() * Float.BYTES;
    private static final long ACTION_LENGTH = (long) Workload.MEDIUM.action() * Float.BYTES;

    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param("VOLATILE")
    Storage storage;

    /** As in {@link MediumBenchmark}. */
    @Param("1000000")
    int rows;

    private FlatRows memory;
    private Columns columns;
    private final int[] draws = new int[BATCHES * Experience.BATCH];
    private int at;
    /** From the start of the row that a transition leads to. */
    private long fromObservation;

    private long fromAction;
    private long fromReward;
    private long fromNext;
    private long observation;
    private long action;
    private long reward;
    private long next;
    private long terminated;
    private long truncated;

    /** For JMH. */
    public MediumFloorBenchmark() {}

    /** Fills the memory and draws. */
    @Setup
    public void open() {
        memory = new FlatRows(Workload.MEDIUM, layout, storage, rows);
        Schema schema = Workload.MEDIUM.schema(layout);
        PayloadLayout payload = new PayloadLayout(schema);
        long header = RowDescriptor.HEADER_LENGTH;
        boolean arrival = layout == RowLayout.ARRIVAL;
        long state = header + payload.slot(Field.OBSERVATION).offset();
        fromObservation = arrival ? state - memory.stride() : state;
        fromNext = arrival
                ? state
                : header + payload.slot(Schema.NEXT + Field.OBSERVATION).offset();
        fromAction = header + payload.slot(Field.ACTION).offset();
        fromReward = header + payload.slot(Field.REWARD).offset();
        columns = Columns.allocate(schema, Experience.BATCH);
        observation = address(Field.OBSERVATION);
        action = address(Field.ACTION);
        reward = address(Field.REWARD);
        next = address(Schema.NEXT + Field.OBSERVATION);
        terminated = address(Schema.TERMINATED);
        truncated = address(Schema.TRUNCATED);
        SplitMix64 random = new SplitMix64(5);
        // Arrival rows are read together with the row before.
        int first = arrival ? 1 : 0;
        for (int i = 0; i < draws.length; i++) {
            draws[i] = first + random.nextInt(rows - first);
        }
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
            // Where each of the long copies begins; the processor reads ahead from there.
            long row = memory.address() + (long) draws[first + i] * memory.stride();
            sum += UnsafeApi.getLong(row + fromObservation) + UnsafeApi.getLong(row + fromNext);
        }
        for (int i = 0; i < Experience.BATCH; i++) {
            long row = memory.address() + (long) draws[first + i] * memory.stride();
            UnsafeApi.copyMemory(row + fromObservation, observation + i * STATE_LENGTH, STATE_LENGTH);
            UnsafeApi.copyMemory(row + fromNext, next + i * STATE_LENGTH, STATE_LENGTH);
            UnsafeApi.copyMemory(row + fromAction, action + i * ACTION_LENGTH, ACTION_LENGTH);
            UnsafeApi.putInt(reward + 4L * i, UnsafeApi.getInt(row + fromReward));
            long flags = UnsafeApi.getLong(row);
            UnsafeApi.putByte(terminated + i, (byte) ((flags >> 4) & 1));
            UnsafeApi.putByte(truncated + i, (byte) ((flags >> 5) & 1));
        }
        return sum;
    }

    private long address(String column) {
        return BufferUtil.address(columns.column(column).buffer());
    }
}
