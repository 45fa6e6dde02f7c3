package io.engram.replay;

/**
 * A small, fast random generator whose whole state is one {@code long}, so that it can be saved and restored. The same
 * seed gives the same values on every JDK. Not safe for use by several threads, not for cryptography.
 *
 * <p>Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 17; bounded
 * values by Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019, algorithm 5.
 */
public final class SplitMix64 {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;
    private static final double DOUBLE_UNIT = 0x1.0p-53;

    private long state;

    /**
     * Starts from a seed.
     *
     * @param seed any value; equal seeds give equal values
     */
    public SplitMix64(long seed) {
        this.state = seed;
    }

    /**
     * The state, from which {@link #restore} continues.
     *
     * @return any value
     */
    public long state() {
        return state;
    }

    /**
     * Continues from a saved state.
     *
     * @param savedState what {@link #state()} returned
     */
    public void restore(long savedState) {
        this.state = savedState;
    }

    /**
     * The next value.
     *
     * @return 64 random bits
     */
    public long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    /**
     * A value below a bound, each equally likely.
     *
     * @param bound at least 1
     * @return a value in [0, bound)
     */
    public long nextLong(long bound) {
        assert bound > 0 : bound;
        long bits = nextLong();
        long high = unsignedMultiplyHigh(bits, bound);
        long low = bits * bound;
        if (Long.compareUnsigned(low, bound) < 0) {
            long threshold = Long.remainderUnsigned(-bound, bound);
            while (Long.compareUnsigned(low, threshold) < 0) {
                bits = nextLong();
                high = unsignedMultiplyHigh(bits, bound);
                low = bits * bound;
            }
        }
        return high;
    }

    /**
     * A value below a bound, each equally likely.
     *
     * @param bound at least 1
     * @return a value in [0, bound)
     */
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    /**
     * A value in [0, 1), a multiple of 2^-53.
     *
     * @return the value
     */
    public double nextDouble() {
        return (nextLong() >>> 11) * DOUBLE_UNIT;
    }

    /** The finalizer of the paper's generator ("variant 13" of Stafford), a bijection on 64 bits. */
    private static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }

    /** Bound is positive, so only the sign of {@code bits} needs mending. */
    private static long unsignedMultiplyHigh(long bits, long bound) {
        return Math.multiplyHigh(bits, bound) + ((bits >> 63) & bound);
    }
}
