package io.engram.jmh;

import io.engram.replay.SplitMix64;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.nio.ByteBuffer;
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
 * The floor of W3: the frames of 32 places drawn beforehand, copied one by one out of one block of memory with the same
 * distance from row to row. Microseconds a batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class FramesFloorBenchmark extends EngramBenchmark {
    private static final int BATCHES = 1 << 12;

    @Param({"TWICE", "ONCE"})
    String delivery;

    @Param("VOLATILE")
    String storage;

    @Param({"50000", "1000000"})
    int rows;

    private final int stride = RowDescriptor.stride(new PayloadLayout(Frames.schema()).length());
    private final int[] draws = new int[BATCHES * Frames.BATCH];
    private long memory;
    private long target;
    private ByteBuffer targetBytes;
    private int at;

    /** For JMH. */
    public FramesFloorBenchmark() {}

    /** Fills the memory and draws. */
    @Setup
    public void open() {
        long length = (long) rows * stride;
        memory = UnsafeApi.allocateMemory(length);
        SplitMix64 random = new SplitMix64(5);
        for (long i = 0; i + Long.BYTES <= length; i += Long.BYTES) {
            UnsafeApi.putLong(memory + i, random.nextLong());
        }
        for (int i = 0; i < draws.length; i++) {
            draws[i] = random.nextInt(rows - Frames.STACK);
        }
        targetBytes = ByteBuffer.allocateDirect(Frames.BATCH * 2 * Frames.STACK * Frames.LENGTH);
        target = BufferUtil.address(targetBytes);
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        UnsafeApi.freeMemory(memory);
    }

    /**
     * Copies the next batch.
     *
     * @return a byte, so that nothing is left out
     */
    @Benchmark
    public byte copy() {
        int first = at;
        at = (at + Frames.BATCH) & (draws.length - 1);
        boolean once = Frames.Delivery.valueOf(delivery) == Frames.Delivery.ONCE;
        int frames = once ? Frames.STACK + 1 : Frames.STACK;
        for (int i = 0; i < Frames.BATCH; i++) {
            long row = memory + (long) draws[first + i] * stride + RowDescriptor.HEADER_LENGTH;
            long to = target + (long) i * frames * Frames.LENGTH;
            for (int frame = 0; frame < frames; frame++) {
                UnsafeApi.copyMemory(row + (long) frame * stride, to + (long) frame * Frames.LENGTH, Frames.LENGTH);
            }
        }
        if (!once) {
            long next = target + (long) Frames.BATCH * frames * Frames.LENGTH;
            for (int i = 0; i < Frames.BATCH; i++) {
                long row = memory + (long) (draws[first + i] + 1) * stride + RowDescriptor.HEADER_LENGTH;
                long to = next + (long) i * frames * Frames.LENGTH;
                for (int frame = 0; frame < frames; frame++) {
                    UnsafeApi.copyMemory(row + (long) frame * stride, to + (long) frame * Frames.LENGTH, Frames.LENGTH);
                }
            }
        }
        return UnsafeApi.getByte(target + first % Frames.LENGTH);
    }
}
