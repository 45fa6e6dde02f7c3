package io.engram.replay.contract;

import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * Judges a source of batches whose values have different masses: whole numbers of units, of which some may be 0. Each
 * {@link ChiSquare} verdict has its false-alarm rate.
 */
final class Frequencies {
    /** Batches for each unit, so that every cell counts at least 20. */
    private static final int DRAWS = 40;

    private Frequencies() {}

    /**
     * Judges independent draws: whether each value is drawn in proportion to its mass, wherever it stands in a batch,
     * and independent of the one before. Besides a verdict on the values, each value drawn is replaced by one of its
     * units, all equally likely: then {@link Uniformity} can judge, with three more.
     *
     * @param units the mass of each value
     * @param batchSize values a batch
     * @param source the next value, batch after batch
     * @return empty if nothing is wrong
     */
    static String independent(int[] units, int batchSize, IntSupplier source) {
        SplitMix64 random = new SplitMix64(99);
        int[] below = below(units);
        int total = below[units.length];
        long[] counts = new long[units.length];
        String ofUnits = Uniformity.verdict(total, batchSize, () -> {
            int value = source.getAsInt();
            counts[value]++;
            // A value without mass has no unit; that it was drawn is found below.
            return units[value] == 0 ? 0 : below[value] + random.nextInt(units[value]);
        });
        double[] probabilities =
                Arrays.stream(units).mapToDouble(each -> (double) each / total).toArray();
        String ofValues = ChiSquare.verdict(counts, probabilities);
        return ofValues.isEmpty() ? ofUnits : ofValues;
    }

    /**
     * Judges stratified draws: whether the values of each place are drawn in proportion to that part of their masses
     * that lies in the place's share; with a verdict for each place.
     *
     * @param units the mass of each value, in the order in which the shares are cut
     * @param batchSize values a batch
     * @param source the next value, batch after batch
     * @return empty if nothing is wrong
     */
    static String stratified(int[] units, int batchSize, IntSupplier source) {
        int[] below = below(units);
        double total = below[units.length];
        long[][] counts = new long[batchSize][units.length];
        for (int batch = 0; batch < DRAWS * total; batch++) {
            for (int place = 0; place < batchSize; place++) {
                counts[place][source.getAsInt()]++;
            }
        }
        for (int place = 0; place < batchSize; place++) {
            double from = total * place / batchSize;
            double to = total * (place + 1) / batchSize;
            double[] probabilities = new double[units.length];
            for (int i = 0; i < units.length; i++) {
                double common = Math.min(to, below[i + 1]) - Math.max(from, below[i]);
                // What is left over by rounding is no common part.
                probabilities[i] = common < 1e-9 ? 0 : common / (to - from);
            }
            String verdict = ChiSquare.verdict(counts[place], probabilities);
            if (!verdict.isEmpty()) {
                return verdict + " at place=" + place;
            }
        }
        return "";
    }

    /** The units of the values before each, and at last of all. */
    static int[] below(int[] units) {
        int[] below = new int[units.length + 1];
        System.arraycopy(units, 0, below, 1, units.length);
        Arrays.parallelPrefix(below, Integer::sum);
        return below;
    }
}
