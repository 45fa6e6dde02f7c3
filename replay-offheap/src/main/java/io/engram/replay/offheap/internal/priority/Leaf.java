package io.engram.replay.offheap.internal.priority;

/**
 * The word of a leaf: whose mass it is, whether that transition is still there, and the mass.
 *
 * <pre>
 *   63                       37 36   35                                0
 *  +---------------------------+------+---------------------------------+
 *  | generation (27 bits)      | dead | mass (36 bits)                  |
 *  +---------------------------+------+---------------------------------+
 * </pre>
 *
 * <p>The generation of row s is {@code s / leaves + 1}, modulo 2^27; with the leaf's number it says which row. A dead
 * leaf has no mass. A word never goes back to an older generation:
 *
 * <pre>
 *   older --insert--> live --update--> live --evict--> dead --insert of the next generation--> live
 *     +---------------------evict----------------------^
 * </pre>
 *
 * <p>each by one CAS. Generations are compared modulo 2^27, so a thread would have to be stopped between its check and
 * its CAS while 2^26 times as many rows are appended as there are leaves (at least 6.8 x 10^10) to take one row for
 * another.
 */
public final class Leaf {
    /** Never used: what fresh storage holds. Older than every first generation. */
    public static final long FRESH = 0;
    /** Bits of the mass. */
    public static final int MASS_BITS = 36;
    /** The mass. */
    public static final long MASS_MASK = (1L << MASS_BITS) - 1;
    /** The transition is gone. */
    public static final long DEAD = 1L << MASS_BITS;
    /** Bits below the generation. */
    public static final int GENERATION_SHIFT = MASS_BITS + 1;
    /** The bits of a generation. */
    public static final long GENERATION_MASK = (1L << (Long.SIZE - GENERATION_SHIFT)) - 1;

    private static final long HALF = (GENERATION_MASK + 1) / 2;

    private Leaf() {}

    /**
     * The generation of a row.
     *
     * @param sequence the row
     * @param leaves how many there are
     * @return below 2^27
     */
    public static long generation(long sequence, int leaves) {
        return (sequence / leaves + 1) & GENERATION_MASK;
    }

    /**
     * A live leaf.
     *
     * @param generation of the row
     * @param mass 0 to 2^35
     * @return the word
     */
    public static long live(long generation, long mass) {
        return generation << GENERATION_SHIFT | mass;
    }

    /**
     * A leaf whose transition is gone, or will never be.
     *
     * @param generation of the row
     * @return the word
     */
    public static long dead(long generation) {
        return generation << GENERATION_SHIFT | DEAD;
    }

    /**
     * Whose mass it is.
     *
     * @param word of a leaf
     * @return the generation
     */
    public static long generation(long word) {
        return word >>> GENERATION_SHIFT;
    }

    /**
     * The mass.
     *
     * @param word of a leaf
     * @return 0 to 2^35
     */
    public static long mass(long word) {
        return word & MASS_MASK;
    }

    /**
     * Whether the leaf is live and of a row's generation.
     *
     * @param word of a leaf
     * @param generation of the row
     * @return true if the mass is the row's
     */
    public static boolean isLive(long word, long generation) {
        return (word & ~MASS_MASK) == generation << GENERATION_SHIFT;
    }

    /**
     * Whether the leaf is of an older generation.
     *
     * @param word of a leaf
     * @param generation of a row
     * @return true if the row was neither inserted nor evicted
     */
    public static boolean isOlder(long word, long generation) {
        long ahead = (generation - generation(word)) & GENERATION_MASK;
        return ahead != 0 && ahead < HALF;
    }
}
