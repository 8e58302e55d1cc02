package io.github.surprisal.internal;

/**
 * The loops over logits. Two sets implement them, {@link ScalarKernels} and {@code VectorLoops} behind
 * {@code VectorKernels}, with the same element-wise operations in the same order, so that their results agree bit for
 * bit.
 *
 * <p>A <em>run</em> is {@code n} consecutive array elements seen as a table of {@code width} columns: element {@code i}
 * belongs to column {@code i % width}. A tile of samples side by side is a run with a column for each sample; a row of
 * logits is a run of one column. Where a kernel adds up, a sample has a column for each stripe of its sum. What belongs
 * to the columns stands in arrays, the first column's at index {@code column} ({@code 0} for sums).
 *
 * <p>{@code n} is a multiple of {@code width} and of {@link #STRIPES}; {@code width} is 1, or a power of 2 from STRIPES
 * to {@link #BLOCK}; for sums it is not 1. Numbers in pairs of arrays, high and low, are sums of two doubles. Output
 * and input arrays may be the same, element for element, unless said otherwise. {@code memory} is what a kernel may
 * work in.
 */
abstract class KernelSet {

    /** The granularity of runs: the stripes of a row's sum, and the doubles of the widest vector. */
    static final int STRIPES = 8;

    /** Elements that a kernel takes through its steps at a time, so that what lies between stays in the first cache. */
    static final int BLOCK = 512;

    /** Arrays of {@code BLOCK + BLOCK} doubles that make up the memory of a kernel. */
    static final int MEMORY = 10;

    /** The name that {@code Kernels.active()} shows. */
    abstract String name();

    /**
     * Copies a table of n rows and m columns into its transpose: {@code target[to[j] + toShift + i * toStep]} =
     * {@code source[from[i] + fromShift + j * fromStep]}. One of the steps is 1.
     */
    abstract void transpose(double[] source, int[] from, int fromShift, int fromStep, int n,
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

    /** {@code magnitude} = max |x| over each column; NaN counts as the greatest magnitude. */
    abstract void magnitudes(double[] x, int from, int n, int width, double[] magnitude, int column);

    /**
     * exp(x[i]) 2^b = e[i] + low[i] for i in [0, n), with {@code magic} = MAGIC + BIAS + b, error below 2^-54.6
     * relative. Returns max |x|; NaN counts as the greatest magnitude. Where x is not finite or e not normal, what
     * comes out is good for nothing.
     */
    abstract double exponentials(double[] x, double[] e, double[] low, int n, double magic, double[][] memory);

    /**
     * {@link #exponentials} of rows of n elements, eight at least, row j from {@code x[from[j] + shift]} on; they go to
     * e and low, {@code stride} apart from index 0 on; what is left of a stride may be overwritten. No output may be an
     * input.
     */
    abstract double exponentialsOfRows(double[] x, int[] from, int shift, int rows, int n, double[] e, double[] low,
            int stride, double magic, double[][] memory);

    /**
     * Adds e + low to the sums of their columns, of runs that follow one another from index 0 on. The columns of a run
     * follow those of the run before.
     *
     * <p>As exponentials are positive, the sign of e is free: if {@code signs} is true, it carries the sign of low
     * afterwards. Read back as |e| (1 +- 2^-54), e alone is within 2^-53.3 of the exact exponential (2^-54 from this,
     * the rest from exp itself), where its nearest double would be within 2^-52.6.
     */
    abstract void expSums(double[] e, double[] low, boolean signs, int runs, int n, int width, double[] sumHigh,
            double[] sumLow, double[][] memory);

    /**
     * {@code e} as {@link #expSums} leaves it, a tile from index 0 on, becomes itself times a factor of its
     * column; rounds once.
     */
    abstract void scaleTile(double[] e, int n, int width, double[] factorHigh, double[] factorLow, double[][] memory);

    /**
     * The same for rows of any length n, {@code stride} apart from index {@code from} of e on: row j times the factor j
     * goes to {@code out[to[j] + shift]}. Rows that are to be left out are marked in {@code skip}.
     */
    abstract void scaleRows(double[] e, int from, int stride, int rows, int n, double[] factorHigh, double[] factorLow,
            boolean[] skip, double[] out, int[] to, int shift, double[][] memory);

    /** {@code e} times a factor of its column, minus the element's share times a second factor. */
    abstract void scaleMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, double[] secondHigh, double[] secondLow, int column,
            double[][] memory);

    /** {@code x} becomes (x - max) - log, max and log being the column's; rounds about once. */
    abstract void logProbabilities(double[] x, int from, int n, int width,
            double[] max, double[] logHigh, double[] logLow, int column, double[][] memory);

    /**
     * log(1 + r / e), error below 2^-57.4 relative, for r >= 0, e > 0 and r / e below 2^900, for i in [0, n). No output
     * may be an input.
     */
    abstract void logs(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow,
            double[] logHigh, double[] logLow, double[][] memory);

    /** a / b for i in [0, n), error below 2^-100 relative. */
    abstract void quotients(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow,
            double[] high, double[] low);

    /** Adds x to the sums of its columns. */
    abstract void sums(double[] x, int from, int n, int width, double[] high, double[] low, double[][] memory);

    /** Adds share (max - x) to the column's first sum and share to its second. */
    abstract void surprisals(double[] x, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] max, double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow,
            double[][] memory);

    /** Adds p (u - top) to the column's first sum and p to its second. */
    abstract void softmaxSums(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, double[][] memory);

    /** {@code p} becomes p ((u - top) second - first). */
    abstract void softmaxProduct(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, int column,
            double[][] memory);

    /** {@code u} becomes u - e factor. */
    abstract void minusProduct(double[] u, double[] eHigh, double[] eLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, int column, double[][] memory);

    /** How many elements of several runs a kernel takes through its steps next: some whole runs, or a part of one. */
    static int nextBlock(int done, int runs, int n) {
        return n <= BLOCK
                ? Math.min(BLOCK / n * n, runs * n - done)
                : Math.min(BLOCK, n - done % n);
    }
}
