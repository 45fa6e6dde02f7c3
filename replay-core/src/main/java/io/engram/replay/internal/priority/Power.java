package io.engram.replay.internal.priority;

/**
 * Powers of positive numbers, several times faster than {@code StrictMath.pow} and, like it, with the same result on
 * every JDK and processor: only additions, multiplications and tables are used, which are exact in the language.
 *
 * <p>{@code x^y = 2^(y log2 x)}. The logarithm: x = 2^e m, and m = c (1 + r) with c the nearest of 129 numbers in
 * [1, 2), so |r| is at most 1/256; log2(1 + r) by its series. The exponential likewise with 128 parts of [0, 1). The
 * relative error is below 1e-13 for results from 2^-60 to 2^60; x^0 and 1^y are exactly 1.
 */
public final class Power {
    private static final int PARTS_SHIFT = 7;
    private static final int PARTS = 1 << PARTS_SHIFT;
    private static final int MANTISSA_BITS = 52;
    private static final int BIAS = 1023;
    private static final double LN2 = 0.6931471805599453;
    private static final double TWO_52 = 0x1p52;
    private static final long TWO_52_BITS = Double.doubleToRawLongBits(TWO_52);
    private static final long HALF_PART = 1L << (MANTISSA_BITS - PARTS_SHIFT - 1);
    private static final double INVERSE_LN2 = 1 / LN2;
    private static final double THIRD = 1.0 / 3;
    private static final double SIXTH = 1.0 / 6;
    private static final double TWENTY_FOURTH = 1.0 / 24;
    private static final double ROUNDER = 0x1.8p52;
    private static final double MAX_EXPONENT = 1000;

    private static final double[] INVERSE = new double[PARTS + 1];
    private static final double[] MIDDLE = new double[PARTS + 1];
    private static final double[] LOG2 = new double[PARTS + 1];
    private static final double[] EXP2 = new double[PARTS];

    static {
        for (int i = 0; i <= PARTS; i++) {
            MIDDLE[i] = 1 + (double) i / PARTS;
            INVERSE[i] = 1 / MIDDLE[i];
            LOG2[i] = i == PARTS ? 1 : StrictMath.log(MIDDLE[i]) / LN2;
        }
        for (int i = 0; i < PARTS; i++) {
            EXP2[i] = StrictMath.pow(2, (double) i / PARTS);
        }
    }

    private Power() {}

    /**
     * {@code x^y}.
     *
     * @param x above 0, finite
     * @param y finite
     * @return clamped to 2^-1000 and 2^1000
     */
    public static double pow(double x, double y) {
        if (x < Double.MIN_NORMAL) {
            // The exponent of such a number is not in its bits; scaled by a power of two, nothing is lost.
            return exp2(y * (log2(x * 0x1p60) - 60));
        }
        return exp2(y * log2(x));
    }

    /**
     * A whole number as a double. HotSpot's own conversion depends on what was in the register before, which keeps
     * powers of many numbers from being computed at the same time.
     *
     * @param value 0 to 2^52 - 1
     * @return the same number
     */
    static double toDouble(long value) {
        return Double.longBitsToDouble(TWO_52_BITS | value) - TWO_52;
    }

    private static double log2(double x) {
        long bits = Double.doubleToRawLongBits(x);
        double exponent = toDouble(bits >>> MANTISSA_BITS) - BIAS;
        long fraction = bits & ((1L << MANTISSA_BITS) - 1);
        int part = (int) ((fraction + HALF_PART) >>> (MANTISSA_BITS - PARTS_SHIFT));
        double mantissa = Double.longBitsToDouble(fraction | ((long) BIAS << MANTISSA_BITS));
        double r = (mantissa - MIDDLE[part]) * INVERSE[part];
        double square = r * r;
        // Grouped so that the processor can compute several terms at once.
        double series = (r - square * 0.5) + (square * r) * ((THIRD - r * 0.25) + square * 0.2);
        return exponent + (LOG2[part] + series * INVERSE_LN2);
    }

    private static double exp2(double y) {
        if (!(y > -MAX_EXPONENT && y < MAX_EXPONENT)) {
            return y > 0 ? 0x1p1000 : 0x1p-1000;
        }
        // Adding this leaves the nearest integer in the lowest bits.
        double shifted = y * PARTS + ROUNDER;
        int parts = (int) Double.doubleToRawLongBits(shifted);
        double t = (y - (shifted - ROUNDER) * (1.0 / PARTS)) * LN2;
        double square = t * t;
        double series = (1 + t) + square * ((0.5 + t * SIXTH) + square * TWENTY_FOURTH);
        double scale = Double.longBitsToDouble((long) ((parts >> PARTS_SHIFT) + BIAS) << MANTISSA_BITS);
        return EXP2[parts & (PARTS - 1)] * series * scale;
    }
}
