package io.engram.replay.internal.priority;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The probabilities and importance weights of one batch, and the masses that they come from. For one thread at a time.
 */
public final class Weights {
    private final long[] masses;
    private final double[] probabilities;
    private final ByteBuffer bytes;
    private final FloatBuffer column;

    /**
     * Zeros.
     *
     * @param size rows of the batch
     */
    public Weights(int size) {
        masses = new long[size];
        probabilities = new double[size];
        bytes = ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.nativeOrder());
        column = bytes.asFloatBuffer();
    }

    /**
     * The masses that were drawn, to be filled before the weights are computed.
     *
     * @return one a row, the array itself
     */
    public long[] masses() {
        return masses;
    }

    /**
     * Mass over total.
     *
     * @return one a row, the array itself
     */
    public double[] probabilities() {
        return probabilities;
    }

    /**
     * The importance weights.
     *
     * @return one a row
     */
    public FloatBuffer column() {
        return column;
    }

    /**
     * The memory of the importance weights.
     *
     * @return direct
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Computes probabilities, and weights {@code (reference / mass)^beta} (Schaul et al. 2016, section 3.4): with the
     * batch's least mass as the reference, the weights are divided by the batch's largest; with the total over the
     * number of transitions, by nothing.
     *
     * @param total mass of all transitions, at least that of any
     * @param reference mass whose weight is 1
     * @param beta 0 to 1
     * @param limited whether no weight may exceed 1
     */
    public void compute(long total, double reference, double beta, boolean limited) {
        double all = (double) total;
        for (int i = 0; i < masses.length; i++) {
            double mass = Power.toDouble(masses[i]);
            // The total was read before the masses, which others may have raised since.
            probabilities[i] = Math.min(1, mass / all);
            double weight = mass == reference ? 1 : Power.pow(reference / mass, beta);
            column.put(i, (float) (limited && weight > 1 ? 1 : weight));
        }
    }

    /**
     * The least of the masses.
     *
     * @return above 0
     */
    public long leastMass() {
        long least = Long.MAX_VALUE;
        for (long mass : masses) {
            least = Math.min(least, mass);
        }
        return least;
    }
}
