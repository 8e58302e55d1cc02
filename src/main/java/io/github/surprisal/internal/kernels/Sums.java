package io.github.surprisal.internal.kernels;

/** Sums of doubles that carry what rounding drops. */
public final class Sums {

    private Sums() {
    }

    /** a + b - fl(a + b), exactly (Knuth, The Art of Computer Programming 2, section 4.2.2). */
    public static double error(double a, double b) {
        double sum = a + b;
        double part = sum - a;
        return (a - (sum - part)) + (b - part);
    }

    /** (high + low) 2^exponent, rounded once even where that is subnormal; high is the double nearest to the sum. */
    public static double scale(double high, double low, int exponent) {
        double nearest = Math.scalb(high, exponent);
        if (exponent >= 0 || !(Math.abs(nearest) < Double.MIN_NORMAL)) {
            return nearest;
        }
        double rest = (high - Math.scalb(nearest, -exponent)) + low;
        double half = Math.scalb(1.0, Double.MIN_EXPONENT - 53 - exponent); // of the least double
        return rest > half ? nearest + Double.MIN_VALUE : rest < -half ? nearest - Double.MIN_VALUE : nearest;
    }

    /**
     * Adds up eight lines of {@code width} sums from an index on, line j with j + 4, then j + 2, then j + 1: the result
     * is in the first line. This tree is part of the order of summation.
     */
    public static void tree(Pairs sums, int from, int width) {
        for (int i = from; i < from + width; i++) {
            tree(sums.high, sums.low, i, i + width, i + 2 * width, i + 3 * width,
                    i + 4 * width, i + 5 * width, i + 6 * width, i + 7 * width);
        }
    }

    private static void tree(double[] high, double[] low, int i0, int i1, int i2, int i3, int i4, int i5, int i6,
            int i7) {
        double a0 = high[i0] + high[i4];
        double a1 = high[i1] + high[i5];
        double a2 = high[i2] + high[i6];
        double a3 = high[i3] + high[i7];
        double b0 = low[i0] + (low[i4] + error(high[i0], high[i4]));
        double b1 = low[i1] + (low[i5] + error(high[i1], high[i5]));
        double b2 = low[i2] + (low[i6] + error(high[i2], high[i6]));
        double b3 = low[i3] + (low[i7] + error(high[i3], high[i7]));
        double c0 = a0 + a2;
        double c1 = a1 + a3;
        double d0 = b0 + (b2 + error(a0, a2));
        double d1 = b1 + (b3 + error(a1, a3));
        high[i0] = c0 + c1;
        low[i0] = d0 + (d1 + error(c0, c1));
    }
}
