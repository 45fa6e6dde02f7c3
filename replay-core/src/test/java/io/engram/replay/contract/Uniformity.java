package io.engram.replay.contract;

import java.util.function.LongSupplier;

/**
 * Judges a source of batches: whether each of some values is equally likely, wherever it stands in a batch, and
 * independent of the one before.
 */
final class Uniformity {
    /** Draws for each value. */
    private static final int DRAWS = 400;
    /** Values are put together into so many groups where pairs are counted. */
    private static final int GROUPS = 8;

    private Uniformity() {}

    /**
     * Draws many batches and returns what is wrong with them.
     *
     * @param values how many values there are
     * @param batchSize values a batch
     * @param source the next value, 0 to values - 1, batch after batch
     * @return empty if nothing is wrong
     */
    static String verdict(int values, int batchSize, LongSupplier source) {
        int groups = Math.min(GROUPS, values);
        int batches = Math.max(values * DRAWS, groups * groups * DRAWS) / batchSize + 1;
        long[] counts = new long[values];
        long[] inFirstHalf = new long[values];
        long[] pairs = new long[groups * groups];
        // The same number of values in each group, or pairs would not be equally likely.
        int perGroup = values / groups;
        for (int batch = 0; batch < batches; batch++) {
            int before = -1;
            for (int i = 0; i < batchSize; i++) {
                int value = (int) source.getAsLong();
                counts[value]++;
                if (i < (batchSize + 1) / 2) {
                    inFirstHalf[value]++;
                }
                int group = value / perGroup;
                if (group >= groups) {
                    group = -1;
                }
                if (before >= 0 && group >= 0) {
                    pairs[before * groups + group]++;
                }
                before = group;
            }
        }
        String verdict = ChiSquare.verdict(counts);
        if (verdict.isEmpty()) {
            verdict = ChiSquare.verdict(inFirstHalf);
        }
        return verdict.isEmpty() && batchSize > 1 ? ChiSquare.verdict(pairs) : verdict;
    }
}
