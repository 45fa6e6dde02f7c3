package io.engram.replay;

import java.util.Arrays;

/**
 * How old the elements of one batch are. Immutable.
 *
 * @param least the youngest
 * @param median half of them are at most so old
 * @param ninetieth nine in ten of them are at most so old
 * @param greatest the oldest
 * @param mean the average
 */
public record AgeDistribution(long least, long median, long ninetieth, long greatest, double mean) {
    /**
     * Summarises ages.
     *
     * @param ages in any order, at least one
     * @return their distribution; quantiles are of the ages themselves, the nearest rank
     */
    public static AgeDistribution of(long... ages) {
        if (ages.length == 0) {
            throw new IllegalArgumentException("ages of length=0, expected at least 1");
        }
        long[] sorted = ages.clone();
        Arrays.sort(sorted);
        return new AgeDistribution(
                sorted[0],
                sorted[rank(sorted.length, 50)],
                sorted[rank(sorted.length, 90)],
                sorted[sorted.length - 1],
                Arrays.stream(sorted).average().orElseThrow());
    }

    private static int rank(int count, int percent) {
        return (int) (((long) count * percent + 99) / 100) - 1;
    }
}
