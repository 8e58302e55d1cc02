package io.github.surprisal.internal;

/**
 * The loops over logits. Two sets implement them, {@link ScalarKernels} and {@code VectorKernels}, with the same
 * element-wise operations in the same order, so that their results agree bit for bit.
 *
 * <p>A <em>run</em> is {@code n} consecutive array elements seen as a table with {@code width} columns: element
 * {@code i} belongs to column {@code i % width}. One row of logits is a run of width 8, whose columns are the eight
 * stripes of its sum; a tile of samples side by side is a run as wide as the tile. {@code n} is a multiple of
 * {@code width} and {@code width} of 8. Arrays indexed by column start at 0.
 */
abstract class KernelSet {

    /** The granularity of every run: the stripes of a row's sum, and the doubles of the widest vector. */
    static final int STRIPES = 8;

    /** The name that {@code Kernels.active()} shows. */
    abstract String name();

    /** {@code magnitude[c]} = max |x| over the column; NaN counts as the greatest magnitude. */
    abstract void magnitudes(double[] x, int from, int n, int width, double[] magnitude);

    /**
     * Exponentials and their sums in one pass: e = exp(x) 2^b with {@code magic} = MAGIC + BIAS + b, added to the
     * column's sum ({@code high[c] + low[c]}, with the low parts of both e and the sum), and stored.
     *
     * <p>x is finite and e normal, which the caller sees to. As e is positive, the sign it is stored with is free: it
     * carries the sign of what rounding e to double dropped. Read back as |e| (1 +- 2^-54), a stored exponential is
     * within 2^-54 of the exact one where the nearest double is within 2^-53. {@code x} and {@code e} may be the same.
     */
    abstract void expSum(double[] x, int from, double[] e, int to, int n, int width, double magic,
            double[] high, double[] low, double[][] temporary);

    /** exp(x[i]) 2^b as the sum of two doubles, i in [0, n), with the very operations of {@link #expSum}. */
    abstract void exp(double[] x, int n, double magic, double[] high, double[] low, double[][] temporary);

    /**
     * {@code out} = e times a factor of its column, given as factorHigh + factorLow (two doubles); e as stored by
     * {@link #expSum}. Rounds once. In place allowed.
     */
    abstract void scale(double[] e, int from, double[] out, int to, int n, int width,
            double[] factorHigh, double[] factorLow);

    /**
     * {@code e} times a factor of its column as in {@link #scale}, minus the element's share times a second factor of the
     * column, all of two doubles; in place. Rounds about once.
     */
    abstract void scaleMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, double[] secondHigh, double[] secondLow);

    /** {@code out} = (x - max) - (logHigh + logLow), each of the column; rounds about once. In place allowed. */
    abstract void logProbabilities(double[] x, int from, double[] out, int to, int n, int width,
            double[] max, double[] logHigh, double[] logLow);

    /**
     * log(1 + r / e) for r, e as sums of two doubles, as the sum of two doubles; error below 2^-60 relative. r >= 0,
     * e > 0, and r / e below 2^900.
     */
    abstract void logs(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow,
            double[] logHigh, double[] logLow);

    /** a / b for sums of two doubles, as the sum of two doubles; error below 2^-100 relative. In place allowed. */
    abstract void quotients(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow,
            double[] high, double[] low);

    /** Adds x to the sums of its columns. */
    abstract void sums(double[] x, int from, int n, int width, double[] high, double[] low);

    /**
     * What each class has of a sample's loss: w (keep t + floor), as the sum of two doubles. {@code keep} and
     * {@code floor} are sums of two doubles; w stands beside t.
     */
    abstract void shares(double[] t, double[] w, int n, double keepHigh, double keepLow, double floorHigh,
            double floorLow, double[] high, double[] low);

    /**
     * Adds share (max - x) to the column's first sum and share to its second.
     */
    abstract void surprisals(double[] x, double[] shareHigh, double[] shareLow, int from, int n, int width, double[] max,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow);

    /** Adds p (u - top) to the column's first sum and p to its second. */
    abstract void softmaxSums(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow);

    /** {@code out} = p ((u - top) second - first). In place allowed. */
    abstract void softmaxProduct(double[] p, double[] u, double[] out, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow);

    /** {@code out} = u - (eHigh + eLow) (factorHigh + factorLow), the factors of the column. In place allowed. */
    abstract void minusProduct(double[] u, double[] eHigh, double[] eLow, double[] out, int from, int n, int width,
            double[] factorHigh, double[] factorLow);
}
