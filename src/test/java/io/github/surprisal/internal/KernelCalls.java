package io.github.surprisal.internal;

import java.util.Arrays;
import java.util.Optional;

/** The kernels as the tests of the arithmetic call them: one place that knows their signatures. */
final class KernelCalls {

    /** A result of two arrays: values as sums of two doubles. */
    record Pair(double[] high, double[] low) {
    }

    /** Exponentials as they are stored, max |x|, and the sums of the columns. */
    record Exponentials(double[] stored, double magnitude, double[] sumHigh, double[] sumLow) {
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
            Class<?> set = Class.forName("io.github.surprisal.internal.VectorKernels");
            return Optional.of((KernelSet) set.getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** exp(x) 2^scale; any number of values. */
    static Pair exp(KernelSet kernels, double[] x, int scale) {
        int n = wholeVectors(x.length);
        Pair result = new Pair(new double[n], new double[n]);
        kernels.exponentials(Arrays.copyOf(x, n), result.high, result.low, n, magic(scale), memory());
        return result;
    }

    /** exp(x) 2^scale as one row: {@code x.length} is a multiple of eight. */
    static Exponentials exponentials(KernelSet kernels, double[] x, int scale) {
        double[] stored = new double[x.length];
        double[] low = new double[x.length];
        double[] sumHigh = new double[KernelSet.STRIPES];
        double[] sumLow = new double[KernelSet.STRIPES];
        double magnitude = kernels.exponentials(x, stored, low, x.length, magic(scale), memory());
        kernels.expSums(stored, low, true, 1, x.length, KernelSet.STRIPES, sumHigh, sumLow, memory());
        return new Exponentials(stored, magnitude, sumHigh, sumLow);
    }

    /** log(1 + r / e); any number of values, a block's samples at a time. */
    static Pair logs(KernelSet kernels, Pair r, Pair e) {
        int slots = Geometry.SLOTS;
        int n = r.high.length + slots - 1 & -slots;
        Pair result = new Pair(new double[n], new double[n]);
        double[] high = new double[slots];
        double[] low = new double[slots];
        for (int from = 0, to = slots; from < n; from = to, to += slots) {
            kernels.logs(slots, Arrays.copyOfRange(r.high, from, to), Arrays.copyOfRange(r.low, from, to),
                    Arrays.copyOfRange(e.high, from, to), Arrays.copyOfRange(e.low, from, to), high, low, memory());
            System.arraycopy(high, 0, result.high, from, slots);
            System.arraycopy(low, 0, result.low, from, slots);
        }
        return result;
    }

    /** a / b. */
    static Pair quotients(KernelSet kernels, Pair a, Pair b) {
        int n = wholeVectors(a.high.length);
        Pair result = new Pair(new double[n], new double[n]);
        kernels.quotients(n, Arrays.copyOf(a.high, n), Arrays.copyOf(a.low, n), Arrays.copyOf(b.high, n),
                Arrays.copyOf(b.low, n), result.high, result.low);
        return result;
    }

    static double magic(int scale) {
        return Constants.MAGIC + Constants.BIAS + scale;
    }

    static double[][] memory() {
        return new double[KernelSet.MEMORY][2 * KernelSet.BLOCK];
    }

    private static int wholeVectors(int n) {
        return n + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
    }
}
