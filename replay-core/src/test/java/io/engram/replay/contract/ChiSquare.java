package io.engram.replay.contract;

/**
 * Pearson's test of counts against equal probabilities, from both sides: too uneven, and too even to be independent
 * draws. At fixed seeds its verdict is always the same; for a right sampler, a new seed raises a false alarm with the
 * probability {@link #FALSE_ALARM_RATE}.
 */
final class ChiSquare {
    static final double FALSE_ALARM_RATE = 1e-6;

    /** The normal quantile of {@code FALSE_ALARM_RATE / 2}. */
    private static final double QUANTILE = 4.8916;

    private ChiSquare() {}

    /** Empty if the counts look like independent draws with equal probabilities, else what is wrong. */
    static String verdict(long[] counts) {
        double total = 0;
        for (long count : counts) {
            total += count;
        }
        double expected = total / counts.length;
        if (expected < 20) {
            throw new IllegalArgumentException("expected count=" + expected + " a cell, need at least 20");
        }
        double statistic = 0;
        for (long count : counts) {
            statistic += (count - expected) * (count - expected) / expected;
        }
        double lowest = quantile(counts.length - 1, -QUANTILE);
        double highest = quantile(counts.length - 1, QUANTILE);
        String figures =
                "chi-square=" + statistic + " for cells=" + counts.length + ", expected " + lowest + " to " + highest;
        if (statistic > highest) {
            return "uneven: " + figures;
        }
        return statistic < lowest ? "too even: " + figures : "";
    }

    /**
     * Wilson and Hilferty's approximation (1931): the cube root of chi-square over its degrees is nearly normal; too
     * lenient below 10 degrees.
     */
    private static double quantile(int degrees, double z) {
        double variance = 2.0 / (9.0 * degrees);
        return degrees * Math.pow(Math.max(0, 1 - variance + z * Math.sqrt(variance)), 3);
    }
}
