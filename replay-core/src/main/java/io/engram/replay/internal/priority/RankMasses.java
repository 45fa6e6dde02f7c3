package io.engram.replay.internal.priority;

import java.util.Arrays;

/**
 * One ranking of all priorities of a rank-based index (Schaul et al. 2016, section 3.3): the mass of each rank, and for
 * priorities that are set afterwards the rank that they would have had. Immutable.
 *
 * <p>Afterwards is answered from some ranks only: all up to {@value #EXACT}, then in steps of 1/256, so that a mass is
 * off by less than 1/256 of itself times alpha.
 */
public final class RankMasses {
    private static final int EXACT = 256;
    private static final long INDEX_MASK = 0xffffffffL;

    private final double alpha;
    private final float[] thresholds;
    private final long[] masses;

    private RankMasses(double alpha, float[] thresholds, long[] masses) {
        this.alpha = alpha;
        this.thresholds = thresholds;
        this.masses = masses;
    }

    /**
     * Before the first ranking: every priority has rank 1.
     *
     * @param alpha the index's exponent
     * @return a ranking of nothing
     */
    public static RankMasses none(double alpha) {
        return new RankMasses(alpha, new float[0], new long[] {Mass.MAX});
    }

    /**
     * A priority as it is compared.
     *
     * @param priority finite, at least 0
     * @return a finite float, above 0 if the priority is
     */
    public static float comparable(double priority) {
        float rounded = (float) Math.min(priority, Float.MAX_VALUE);
        if (rounded == 0) {
            // Never the negative zero, which is not less but has other bits.
            return priority > 0 ? Float.MIN_VALUE : 0;
        }
        return rounded;
    }

    /**
     * What {@link #of} sorts: a priority and the leaf that has it, the larger priority above, of equal ones the later
     * leaf.
     *
     * @param priority at least 0
     * @param leaf its number
     * @return a key
     */
    public static long key(float priority, int leaf) {
        // The bits of floats that are not negative are in the order of their values.
        return (long) Float.floatToRawIntBits(priority) << Integer.SIZE | leaf;
    }

    /**
     * The leaf of a key.
     *
     * @param key from {@link #key}
     * @return its number
     */
    public static int leaf(long key) {
        return (int) (key & INDEX_MASK);
    }

    /**
     * Ranks.
     *
     * @param alpha the index's exponent
     * @param keys sorted here, ascending; those from {@code count} on are left alone
     * @param count how many there are
     * @return the ranking; the key of rank r is then the one at {@code count - r}
     */
    public static RankMasses of(double alpha, long[] keys, int count) {
        Arrays.sort(keys, 0, count);
        int entries = 0;
        for (long rank = 1; rank <= count; rank = next(rank)) {
            entries++;
        }
        float[] thresholds = new float[entries];
        long[] masses = new long[entries + 1];
        int at = 0;
        for (long rank = 1; rank <= count; rank = next(rank)) {
            thresholds[at] = priority(keys[(int) (count - rank)]);
            masses[at++] = massOfRank(alpha, rank);
        }
        masses[entries] = massOfRank(alpha, count + 1L);
        return new RankMasses(alpha, thresholds, masses);
    }

    /**
     * The exponent.
     *
     * @return the index's alpha
     */
    public double alpha() {
        return alpha;
    }

    /**
     * The mass of a rank in this ranking.
     *
     * @param rank at least 1
     * @return 1 to {@link Mass#MAX}
     */
    public long massOfRank(long rank) {
        return massOfRank(alpha, rank);
    }

    /**
     * The mass of the rank that a priority would have had.
     *
     * @param priority at least 0
     * @return 0 for 0, else 1 to {@link Mass#MAX}
     */
    public long mass(float priority) {
        if (priority == 0) {
            return 0;
        }
        // Descending: the first entry that the priority reaches.
        int low = 0;
        int high = thresholds.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (thresholds[middle] <= priority) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return masses[low];
    }

    private static float priority(long key) {
        return Float.intBitsToFloat((int) (key >>> Integer.SIZE));
    }

    private static long next(long rank) {
        return rank < EXACT ? rank + 1 : rank + rank / EXACT;
    }

    private static long massOfRank(double alpha, long rank) {
        return Mass.of(Power.pow((double) rank, -alpha) * Mass.MAX);
    }
}
