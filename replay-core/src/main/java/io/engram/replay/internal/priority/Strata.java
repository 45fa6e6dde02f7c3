package io.engram.replay.internal.priority;

import io.engram.replay.Prioritization;
import io.engram.replay.SplitMix64;

/**
 * Where in the total mass each place of a batch draws. In integers: a batch expects each unit of mass equally often.
 */
public final class Strata {
    private Strata() {}

    /**
     * Draws for one place.
     *
     * @param draw stratified or independent
     * @param place 0 to {@code size} - 1
     * @param size places of the batch
     * @param total mass, at least 1
     * @param random the sampler's
     * @return 0 to {@code total} - 1
     */
    public static long draw(Prioritization.Draw draw, int place, int size, long total, SplitMix64 random) {
        long unit = random.nextLong(total);
        if (draw == Prioritization.Draw.INDEPENDENT) {
            return unit;
        }
        // floor((place x total + unit) / size) without a product that overflows: of all pairs of place and unit,
        // exactly
        // size give each unit of mass.
        long share = total / size;
        long rest = total - share * size;
        return place * share + (place * rest + unit) / size;
    }
}
