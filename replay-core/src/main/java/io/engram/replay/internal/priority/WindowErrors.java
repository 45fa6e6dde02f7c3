package io.engram.replay.internal.priority;

import io.engram.replay.Batch;
import io.engram.replay.Windows;

/**
 * The absolute TD error of a window: {@code eta x max + (1 - eta) x mean} over its steps without burn-in (Kapturowski
 * et al. 2019, section 2.3).
 */
public final class WindowErrors {
    private WindowErrors() {}

    /**
     * The error of one window.
     *
     * @param errors of the batch, [size, positions] in C order, finite
     * @param batch of windows
     * @param row 0 to the batch's size - 1
     * @param windows how they were delivered
     * @param eta the share of the largest
     * @return at least 0
     */
    public static double of(float[] errors, Batch batch, int row, Windows windows, double eta) {
        int learned = batch.steps(row) - batch.burnIn(row);
        // Backward, the steps to learn from come before the burn-in.
        int first = row * windows.positions() + (windows.order() == Windows.Order.FORWARD ? batch.burnIn(row) : 0);
        double largest = 0;
        double sum = 0;
        for (int i = first; i < first + learned; i++) {
            double error = Math.abs((double) errors[i]);
            largest = Math.max(largest, error);
            sum += error;
        }
        return learned == 0 ? 0 : eta * largest + (1 - eta) * (sum / learned);
    }
}
