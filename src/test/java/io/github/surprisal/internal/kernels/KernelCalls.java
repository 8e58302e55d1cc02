package io.github.surprisal.internal.kernels;

import java.util.Arrays;
import java.util.Optional;

/** The kernels as the tests of the arithmetic call them: one place that knows their signatures. */
final class KernelCalls {

    /** Samples whose logarithms are found in one call. */
    static final int SLOTS = 256;

    /** A result of two arrays: values as sums of two doubles. */
    record Pair(double[] high, double[] low) {

        private Pairs pairs(int n) {
            Pairs pairs = new Pairs(n);
            System.arraycopy(high, 0, pairs.high, 0, Math.min(n, high.length));
            System.arraycopy(low, 0, pairs.low, 0, Math.min(n, low.length));
            return pairs;
        }
    }

    /** Exponentials of a row as they are kept, max |x|, and the sums of the stripes. */
    record Exponentials(double[] kept, double magnitude, double[] sumHigh, double[] sumLow) {
    }

    private KernelCalls() {
    }

    /** The vector kernels, if this VM can run them. */
    static Optional<KernelSet> vector() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional.empty();
        }
        try {
            // by name: only the vector classes themselves are compiled against the incubator module
            Class<?> set = Class.forName("io.github.surprisal.internal.kernels.VectorKernels");
            return Optional.of((KernelSet) set.getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** exp(x) 2^scale; any number of values. */
    static Pair exp(KernelSet kernels, double[] x, int scale) {
        int n = wholeVectors(x.length);
        Pairs result = new Pairs(n);
        double[] magic = new double[n];
        Arrays.fill(magic, magic(scale));
        kernels.exponentials(Arrays.copyOf(x, n), magic, n, result, new Scratch());
        return new Pair(result.high, result.low);
    }

    /** exp(x) 2^scale as one row. */
    static Exponentials exponentials(KernelSet kernels, double[] x, int scale) {
        double[] kept = new double[x.length];
        Pairs sums = new Pairs(KernelSet.STRIPES);
        double magnitude = kernels.expSumOfRows(x, new int[1], 0, 1, x.length, new double[] {magic(scale)}, kept, 0,
                x.length, sums, new Scratch());
        return new Exponentials(kept, magnitude, sums.high, sums.low);
    }

    /** log(1 + r / e); any number of values, a block's samples at a time. */
    static Pair logs(KernelSet kernels, Pair r, Pair e) {
        int n = r.high.length + SLOTS - 1 & -SLOTS;
        Pair result = new Pair(new double[n], new double[n]);
        Pairs log = new Pairs(SLOTS);
        for (int from = 0; from < n; from += SLOTS) {
            kernels.logs(SLOTS, part(r, from), part(e, from), log, new Scratch());
            System.arraycopy(log.high, 0, result.high, from, SLOTS);
            System.arraycopy(log.low, 0, result.low, from, SLOTS);
        }
        return result;
    }

    private static Pairs part(Pair of, int from) {
        return new Pair(Arrays.copyOfRange(of.high, from, from + SLOTS), Arrays.copyOfRange(of.low, from, from + SLOTS))
                .pairs(SLOTS);
    }

    /** a / b. */
    static Pair quotients(Pair a, Pair b) {
        int n = wholeVectors(a.high.length);
        Pairs result = new Pairs(n);
        Elementwise.quotients(n, a.pairs(n), b.pairs(n), result);
        return new Pair(result.high, result.low);
    }

    static double magic(int scale) {
        return Constants.MAGIC + Constants.BIAS + scale;
    }

    private static int wholeVectors(int n) {
        return n + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
    }
}
