package io.github.surprisal.internal;

import java.util.Arrays;

/**
 * The sum of the losses of a batch in a fixed order, whatever the blocks and threads they come from: eight stripes,
 * sample {@code s} in stripe {@code s % 8}, each with its low part, and one tree at the end.
 */
final class Total {

    /** Losses from here on are added on a smaller scale, so that the mean of two huge ones is not infinite. */
    private static final double HUGE = 0x1p960;
    private static final double DOWN = 0x1p-60;

    private final double[] high = new double[KernelSet.STRIPES];
    private final double[] low = new double[KernelSet.STRIPES];
    private double hugeHigh;
    private double hugeLow;
    private double notFinite;

    void clear() {
        Arrays.fill(high, 0.0);
        Arrays.fill(low, 0.0);
        hugeHigh = 0.0;
        hugeLow = 0.0;
        notFinite = 0.0;
    }

    void add(int sample, double loss) {
        double size = Math.abs(loss);
        if (size < HUGE) {
            int stripe = sample & KernelSet.STRIPES - 1;
            double sum = high[stripe];
            low[stripe] += Sums.error(sum, loss);
            high[stripe] = sum + loss;
        } else if (size <= Double.MAX_VALUE) {
            hugeLow += Sums.error(hugeHigh, loss * DOWN);
            hugeHigh += loss * DOWN;
        } else {
            notFinite += loss;
        }
    }

    /** The sum divided by a two-double denominator, rounded once. Ends the sum. */
    double dividedBy(double denominatorHigh, double denominatorLow) {
        if (notFinite != 0.0) {
            return notFinite;
        }
        Sums.tree(high, low, 0, 1);
        boolean huge = hugeHigh != 0.0;
        double scale = huge ? DOWN : 1.0;
        double h = high[0] * scale;
        double l = low[0] * scale + hugeLow + Sums.error(hugeHigh, h);
        h += hugeHigh;
        double quotient = (h + l) / denominatorHigh;
        if (!(Math.abs(quotient) <= Double.MAX_VALUE)) {
            return quotient;
        }
        double rest = Math.fma(-quotient, denominatorHigh, h) + (l - quotient * denominatorLow);
        return (quotient + rest / denominatorHigh) / scale;
    }
}
