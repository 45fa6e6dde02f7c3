package io.engram.jmh;

import io.engram.replay.SplitMix64;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a path without flags for the JVM would cost: the same work on the same memory, once by raw addresses through
 * {@link UnsafeApi} (needs an --add-exports), once by {@link VarHandle} views of a direct buffer a segment (no flag),
 * once through {@code sun.misc.Unsafe} (no flag on 17, a warning from 24 on).
 *
 * <p>The work: touch and copy 256 random rows of 64 bytes; and append 256 of them by a CAS, seven words, a CAS.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class AccessPathBenchmark extends EngramBenchmark {
    private static final int BATCHES = 1 << 14;
    private static final int STRIDE = 64;
    private static final int SEGMENT_SHIFT = 16;
    private static final int SEGMENT_MASK = (1 << SEGMENT_SHIFT) - 1;
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle IMAGE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    @Param("1000000")
    int rows;

    private ByteBuffer[] segments;
    private long[] bases;
    private ByteBuffer column;
    private long columnAddress;
    private final byte[] image = new byte[STRIDE];
    private final int[] draws = new int[BATCHES * Experience.BATCH];
    private final long[] stamps = new long[Experience.BATCH];
    private int at;
    private int head;

    /** Allocates the segments and draws. */
    @Setup
    public void open() {
        int count = (rows >> SEGMENT_SHIFT) + 1;
        segments = new ByteBuffer[count];
        bases = new long[count];
        for (int i = 0; i < count; i++) {
            segments[i] = ByteBuffer.allocateDirect((STRIDE << SEGMENT_SHIFT) + STRIDE)
                    .alignedSlice(STRIDE)
                    .order(ByteOrder.LITTLE_ENDIAN);
            bases[i] = BufferUtil.address(segments[i]);
        }
        column = ByteBuffer.allocateDirect(STRIDE * Experience.BATCH + STRIDE)
                .alignedSlice(STRIDE)
                .order(ByteOrder.LITTLE_ENDIAN);
        columnAddress = BufferUtil.address(column);
        SplitMix64 random = new SplitMix64(7);
        for (int i = 0; i < draws.length; i++) {
            draws[i] = random.nextInt(rows);
        }
    }

    /**
     * Reads by raw addresses.
     *
     * @return a sum, so that nothing is left out
     */
    @Benchmark
    public long gatherUnsafeApi() {
        int first = next();
        for (int i = 0; i < Experience.BATCH; i++) {
            stamps[i] = UnsafeApi.getLong(address(draws[first + i]));
        }
        UnsafeApi.loadFence();
        long sum = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            long from = address(draws[first + i]);
            long to = columnAddress + (long) i * STRIDE;
            for (int word = 0; word < STRIDE; word += Long.BYTES) {
                UnsafeApi.putLong(to + word, UnsafeApi.getLong(from + word));
            }
        }
        UnsafeApi.loadFence();
        for (int i = 0; i < Experience.BATCH; i++) {
            sum += UnsafeApi.getLong(address(draws[first + i])) - stamps[i];
        }
        return sum;
    }

    /**
     * Reads by views of buffers.
     *
     * @return a sum, so that nothing is left out
     */
    @Benchmark
    public long gatherByteBuffer() {
        int first = next();
        for (int i = 0; i < Experience.BATCH; i++) {
            int row = draws[first + i];
            stamps[i] = (long) WORDS.get(segments[row >> SEGMENT_SHIFT], (row & SEGMENT_MASK) * STRIDE);
        }
        VarHandle.loadLoadFence();
        long sum = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            int row = draws[first + i];
            ByteBuffer segment = segments[row >> SEGMENT_SHIFT];
            int from = (row & SEGMENT_MASK) * STRIDE;
            int to = i * STRIDE;
            for (int word = 0; word < STRIDE; word += Long.BYTES) {
                WORDS.set(column, to + word, (long) WORDS.get(segment, from + word));
            }
        }
        VarHandle.loadLoadFence();
        for (int i = 0; i < Experience.BATCH; i++) {
            int row = draws[first + i];
            long stamp = (long) WORDS.get(segments[row >> SEGMENT_SHIFT], (row & SEGMENT_MASK) * STRIDE);
            sum += stamp - stamps[i];
        }
        return sum;
    }

    /**
     * Reads by raw addresses, the older way.
     *
     * @return a sum, so that nothing is left out
     * @throws Throwable never
     */
    @Benchmark
    public long gatherSunMisc() throws Throwable {
        int first = next();
        for (int i = 0; i < Experience.BATCH; i++) {
            stamps[i] = (long) SunMisc.GET_LONG.invokeExact(address(draws[first + i]));
        }
        VarHandle.loadLoadFence();
        long sum = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            long from = address(draws[first + i]);
            long to = columnAddress + (long) i * STRIDE;
            for (int word = 0; word < STRIDE; word += Long.BYTES) {
                SunMisc.PUT_LONG.invokeExact(to + word, (long) SunMisc.GET_LONG.invokeExact(from + word));
            }
        }
        VarHandle.loadLoadFence();
        for (int i = 0; i < Experience.BATCH; i++) {
            sum += (long) SunMisc.GET_LONG.invokeExact(address(draws[first + i])) - stamps[i];
        }
        return sum;
    }

    /**
     * Writes by raw addresses.
     *
     * @return how many were published
     */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public int appendUnsafeApi() {
        int published = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            long row = address(claim());
            long stamp = UnsafeApi.getLongVolatile(null, row);
            if (UnsafeApi.compareAndSetLong(null, row, stamp, stamp + 1)) {
                UnsafeApi.storeStoreFence();
                for (int word = Long.BYTES; word < STRIDE; word += Long.BYTES) {
                    UnsafeApi.putLong(row + word, UnsafeApi.getLong(image, ARRAY_BASE + word));
                }
                published += UnsafeApi.compareAndSetLong(null, row, stamp + 1, stamp + 2) ? 1 : 0;
            }
        }
        return published;
    }

    /**
     * Writes by views of buffers.
     *
     * @return how many were published
     */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public int appendByteBuffer() {
        int published = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            int claimed = claim();
            ByteBuffer segment = segments[claimed >> SEGMENT_SHIFT];
            int row = (claimed & SEGMENT_MASK) * STRIDE;
            long stamp = (long) WORDS.getVolatile(segment, row);
            if (WORDS.compareAndSet(segment, row, stamp, stamp + 1)) {
                VarHandle.storeStoreFence();
                for (int word = Long.BYTES; word < STRIDE; word += Long.BYTES) {
                    WORDS.set(segment, row + word, (long) IMAGE.get(image, word));
                }
                published += WORDS.compareAndSet(segment, row, stamp + 1, stamp + 2) ? 1 : 0;
            }
        }
        return published;
    }

    /**
     * Writes by raw addresses, the older way.
     *
     * @return how many were published
     * @throws Throwable never
     */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public int appendSunMisc() throws Throwable {
        int published = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            long row = address(claim());
            long stamp = (long) SunMisc.GET_LONG_VOLATILE.invokeExact((Object) null, row);
            if ((boolean) SunMisc.CAS_LONG.invokeExact((Object) null, row, stamp, stamp + 1)) {
                VarHandle.storeStoreFence();
                for (int word = Long.BYTES; word < STRIDE; word += Long.BYTES) {
                    SunMisc.PUT_LONG.invokeExact(row + word, (long) IMAGE.get(image, word));
                }
                boolean swapped = (boolean) SunMisc.CAS_LONG.invokeExact((Object) null, row, stamp + 1, stamp + 2);
                published += swapped ? 1 : 0;
            }
        }
        return published;
    }

    private int next() {
        int first = at;
        at = (at + Experience.BATCH) & (draws.length - 1);
        return first;
    }

    private int claim() {
        int claimed = head;
        head = claimed + 1 == rows ? 0 : claimed + 1;
        return claimed;
    }

    private long address(int row) {
        return bases[row >> SEGMENT_SHIFT] + (long) (row & SEGMENT_MASK) * STRIDE;
    }

    /** Constant handles, which the JIT compiler turns into the same instructions as direct calls. */
    private static final class SunMisc {
        static final MethodHandle GET_LONG;
        static final MethodHandle PUT_LONG;
        static final MethodHandle GET_LONG_VOLATILE;
        static final MethodHandle CAS_LONG;

        static {
            try {
                Class<?> type = Class.forName("sun.misc.Unsafe");
                var field = type.getDeclaredField("theUnsafe");
                field.setAccessible(true);
                Object unsafe = field.get(null);
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                GET_LONG =
                        lookup.unreflect(type.getMethod("getLong", long.class)).bindTo(unsafe);
                PUT_LONG = lookup.unreflect(type.getMethod("putLong", long.class, long.class))
                        .bindTo(unsafe);
                GET_LONG_VOLATILE = lookup.unreflect(type.getMethod("getLongVolatile", Object.class, long.class))
                        .bindTo(unsafe);
                CAS_LONG = lookup.unreflect(
                                type.getMethod("compareAndSwapLong", Object.class, long.class, long.class, long.class))
                        .bindTo(unsafe);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private SunMisc() {}
    }
}
