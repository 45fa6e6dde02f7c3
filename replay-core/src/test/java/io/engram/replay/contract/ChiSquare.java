package io.engram.replay.contract;

import java.util.Arrays;

/**
 * Pearson's test of counts against probabilities, from both sides: too uneven, and too even to be independent
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
        double[] probabilities = new double[counts.length];
        Arrays.fill(probabilities, 1.0 / counts.length);
        return verdict(counts, probabilities);
    }

    /** Empty if the counts look like independent draws with these probabilities, else what is wrong. */
    static String verdict(long[] counts, double[] probabilities) {
        double total = (double) Arrays.stream(counts).sum();
        double statistic = 0;
        int cells = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = total * probabilities[i];
            if (probabilities[i] == 0) {
                if (counts[i] > 0) {
                    return "impossible: cell=" + i + " has count=" + counts[i];
                }
                continue;
            }
            if (expected < 20) {
                throw new IllegalArgumentException("expected count=" + expected + " a cell, need at least 20");
            }
            double excess = (double) counts[i] - expected;
            statistic += excess * excess / expected;
            cells++;
        }
        if (cells == 1) {
            return "";
        }
        double lowest = quantile(cells - 1, -QUANTILE);
        double highest = quantile(cells - 1, QUANTILE);
        String figures = "chi-square=" + statistic + " for cells=" + cells + ", expected " + lowest + " to " + highest;
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
