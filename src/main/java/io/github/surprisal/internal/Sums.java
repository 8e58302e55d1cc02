package io.github.surprisal.internal;

/** Sums of doubles that carry what rounding drops. */
final class Sums {

    private Sums() {
    }

    /** a + b - fl(a + b), exactly (Knuth, The Art of Computer Programming 2, section 4.2.2). */
    static double error(double a, double b) {
        double sum = a + b;
        double part = sum - a;
        return (a - (sum - part)) + (b - part);
    }

    /**
     * Adds up eight lines of {@code width} two-double sums from an index on, line j with j + 4, then j + 2, then j + 1:
     * the result is in the first line. This tree is part of the order of summation.
     */
    static void tree(double[] high, double[] low, int from, int width) {
        for (int half = KernelSet.STRIPES / 2; half > 0; half /= 2) {
            for (int i = from, j = from + half * width; i < from + half * width; i++, j++) {
                double a = high[i];
                double b = high[j];
                low[i] += low[j] + error(a, b);
                high[i] = a + b;
            }
        }
    }
}
