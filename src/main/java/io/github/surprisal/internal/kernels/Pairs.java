package io.github.surprisal.internal.kernels;

import java.util.Arrays;

/** Numbers as sums of two doubles: element i is {@code high[i] + low[i]}, low being what rounding dropped from high. */
public final class Pairs {

    public final double[] high;
    public final double[] low;

    /** So many zeros. */
    public Pairs(int n) {
        high = new double[n];
        low = new double[n];
    }

    /** Sets elements [from, to) to one number. */
    public void fill(int from, int to, double h, double l) {
        Arrays.fill(high, from, to, h);
        Arrays.fill(low, from, to, l);
    }

    /** Sets one element. */
    public void set(int i, double h, double l) {
        high[i] = h;
        low[i] = l;
    }

    /** Sets one element to h + l, both parts made anew so that high is the nearest double. */
    public void setSum(int i, double h, double l) {
        double sum = h + l;
        boolean finite = Math.abs(sum) <= Double.MAX_VALUE;
        high[i] = finite ? sum : h;
        low[i] = finite ? (h - sum) + l : 0.0;
    }

    /** Copies the first n elements of another. */
    public void copy(Pairs from, int n) {
        System.arraycopy(from.high, 0, high, 0, n);
        System.arraycopy(from.low, 0, low, 0, n);
    }

    /** Copies one element of another. */
    public void copy(int i, Pairs from, int j) {
        high[i] = from.high[j];
        low[i] = from.low[j];
    }
}
