package io.github.surprisal.internal.kernels;

/**
 * The loops over logits that C2 does not make fast from plain Java. Two sets implement them, {@link ScalarKernels} and
 * {@code VectorLoops} behind {@code VectorKernels}, with the same element-wise operations in the same order, so that
 * their results agree bit for bit. Loops that plain Java is good enough for are in {@link Elementwise}.
 *
 * <p>A <em>tile</em> is {@code n} consecutive elements seen as lines of {@code width} columns, a class to a line and a
 * sample to a column; {@code width} is a power of 2 from {@link #STRIPES} to {@link #BLOCK}, and n a multiple of it.
 * <em>Rows</em> lie {@code stride} apart, one sample each. Where a kernel adds up over the classes, a sample has
 * {@code stripes} sums, class c belonging to stripe {@code c % stripes}: the sum of stripe j of a tile's column c is
 * number {@code j * width + c}, that of row r number {@code r * STRIPES + j}. What belongs to samples stands in arrays
 * by slot. Output and input arrays may be the same, element for element, unless said otherwise.
 */
public abstract class KernelSet {

    /** The stripes of a row's sum, the doubles of the widest vector, and what the number of slots is padded to. */
    public static final int STRIPES = 8;

    /** Elements that a kernel takes through its steps at a time, so that what lies between stays in the first cache. */
    public static final int BLOCK = 512;

    /** The name that {@code Kernels.active()} shows. */
    public abstract String name();

    /** Up to so many logits, one number at a time is as fast: calls and loops of kernels have a cost of their own. */
    public abstract int fewLogits();

    /**
     * Copies a table of n rows and m columns into its transpose: {@code target[to[j] + toShift + i * toStep]} =
     * {@code source[from[i] + fromShift + j * fromStep]}. One of the steps is 1.
     */
    public abstract void transpose(double[] source, int[] from, int fromShift, int fromStep, int n,
            double[] target, int[] to, int toShift, int toStep, int m);

    /** Copies rows [i, n) and columns [j, m) of a table into its transpose, an element at a time. */
    static void transpose(double[] source, int[] from, int fromShift, int fromStep, int i, int n,
            double[] target, int[] to, int toShift, int toStep, int j, int m) {
        if (toStep == 1 && (fromStep != 1 || n - i >= m - j)) {
            for (int column = j; column < m; column++) {
                int s = fromShift + column * fromStep;
                int t = to[column] + toShift;
                for (int row = i; row < n; row++) {
                    target[t + row] = source[from[row] + s];
                }
            }
        } else {
            for (int row = i; row < n; row++) {
                int s = from[row] + fromShift;
                int t = toShift + row * toStep;
                for (int column = j; column < m; column++) {
                    target[to[column] + t] = source[s + column];
                }
            }
        }
    }

    /**
     * exp(x[i]) 2^b = e.high[i] + e.low[i] for i in [0, n), n a multiple of STRIPES, with {@code magic[i]} = MAGIC +
     * BIAS + b; error below 2^-54.6 relative. e.high is the nearest double. Where k = rint(x log2 e) makes k + b + BIAS
     * 0, the result is 0; where x is not finite or the result not normal, what comes out is good for nothing but being
     * NaN for NaN.
     */
    public abstract void exponentials(double[] x, double[] magic, int n, Pairs e, Scratch scratch);

    /**
     * {@link #exponentials} of rows of n elements, row j from {@code x[from[j] + shift]} on, with
     * {@code magic[j]}. Their high parts go to e from {@code to + j * stride} on; high and low parts are added to the
     * row's eight sums, what is left by whole stripes to the last of these. Less than STRIPES elements are those of a
     * single row. Returns the greatest |x|, NaN counting as the greatest.
     */
    public abstract double expSumOfRows(double[] x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch);

    /**
     * The same for a tile from {@code x[0]} on, {@code magic} by column; e from {@code to} on. Lines that whole stripes
     * leave are added to the last of these.
     */
    public abstract double expSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch);

    /** Adds {@code high[i] + low[i]} to the sums of rows of n elements, a multiple of STRIPES, from index 0 on. */
    public abstract void sumOfRows(double[] high, double[] low, int rows, int n, int stride, Pairs sums,
            Scratch scratch);

    /** The same for a tile. */
    public abstract void sumOfTile(double[] high, double[] low, int n, int width, int stripes, Pairs sums,
            Scratch scratch);

    /**
     * Rows of any length n, {@code stride} apart from {@code e[from]} on: row j times its factor goes to
     * {@code out[to[j] + shift]}, rounded once. Rows marked in {@code skip} are left out.
     */
    public abstract void scaleRows(double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, double[] out, int[] to, int shift, Scratch scratch);

    /** A tile from {@code e[from]} on times the factors of its columns, to out from index 0 on; rounds once. */
    public abstract void scaleTile(double[] e, int from, int n, int width, Pairs factors, double[] out,
            Scratch scratch);

    /**
     * The greatest x and the greatest |x| of each row of n elements, row j from {@code x[from[j] + shift]} on, to
     * element {@code first + j}; NaN where one is NaN.
     */
    public abstract void extremesOfRows(double[] x, int[] from, int shift, int rows, int n, double[] greatest,
            double[] magnitude, int first, Scratch scratch);

    /**
     * log(1 + r / e), error below 2^-57.4 relative, for r >= 0, e > 0 and r / e below 2^900, for i in [0, n), n a
     * multiple of STRIPES. No output may be an input.
     */
    public abstract void logs(int n, Pairs r, Pairs e, Pairs log, Scratch scratch);

    // ---- for results that become floats

    /** {@link #exponentials} in one double each, error below 2^-45.25 relative for |x| up to 200. */
    public abstract void singleExponentials(double[] x, double[] magic, int n, double[] e, Scratch scratch);

    /** {@link #expSumOfRows} of floats, exponentials being {@linkplain #singleExponentials single doubles}. */
    public abstract double singleExpSumOfRows(float[] x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch);

    /** {@link #expSumOfTile} of exponentials that are {@linkplain #singleExponentials single doubles}. */
    public abstract double singleExpSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch);

    /** {@link #scaleRows} to floats: rounded to a double, which is then rounded to a float. */
    public abstract void scaleRowsToFloats(double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, float[] out, int[] to, int shift, Scratch scratch);

    /** Copies n floats to doubles. */
    public void widen(float[] x, int from, double[] y, int to, int n) {
        for (int i = 0; i < n; i++) {
            y[to + i] = x[from + i];
        }
    }

    /** Copies n doubles to floats, each rounded to nearest. */
    public void narrow(double[] x, int from, float[] y, int to, int n) {
        for (int i = 0; i < n; i++) {
            y[to + i] = (float) x[from + i];
        }
    }

    // ---- loops of plain Java that a set may replace; n elements of a row (width 1) or of a tile, from an index on

    /** (x - top) - log, rounded about once. */
    public void logProbabilities(double[] x, double[] logs, int at, int n, int width, double[] top, Pairs log,
            int sample, Scratch scratch) {
        Elementwise.logProbabilities(x, logs, at, n, width, top, log, sample, scratch);
    }

    /** weight (u - top) as two doubles. */
    public void weightedDifferences(double[] u, Pairs weight, int at, int n, int width, double[] top, int sample,
            Pairs product, Scratch scratch) {
        Elementwise.weightedDifferences(u, weight, at, n, width, top, sample, product, scratch);
    }

    /** p becomes p ((u - top) total - product), total and product being the sample's. */
    public void softmaxProducts(double[] p, double[] u, int at, int n, int width, double[] top, Pairs product,
            Pairs total, int sample, Scratch scratch) {
        Elementwise.softmaxProducts(p, u, at, n, width, top, product, total, sample, scratch);
    }

    /** e times one factor of the sample minus the element's share times another; e from {@code from} on. */
    public void scaleMinusShares(double[] e, int from, Pairs share, double[] x, int at, int n, int width,
            Pairs factor, Pairs shareFactor, int sample, Scratch scratch) {
        Elementwise.scaleMinusShares(e, from, share, x, at, n, width, factor, shareFactor, sample, scratch);
    }
}
