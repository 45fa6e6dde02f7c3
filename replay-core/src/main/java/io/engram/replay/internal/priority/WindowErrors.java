package io.engram.replay.internal.priority;

/**
 * The absolute TD error of a window: {@code eta x max + (1 - eta) x mean} over its steps without burn-in (Kapturowski
 * et al. 2019, section 2.3).
 */
public final class WindowErrors {
    private WindowErrors() {}

    /**
     * The error of one window.
     *
     * @param errors of many, finite
     * @param first the index of the window's first
     * @param count how many it has; 0 in a batch that was never filled
     * @param eta the share of the largest
     * @return at least 0
     */
    public static double of(float[] errors, int first, int count, double eta) {
        double largest = 0;
        double sum = 0;
        for (int i = first; i < first + count; i++) {
            double error = Math.abs((double) errors[i]);
            largest = Math.max(largest, error);
            sum += error;
        }
        return count == 0 ? 0 : eta * largest + (1 - eta) * (sum / count);
    }
}
