package io.github.surprisal.internal.kernels;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;

/**
 * The kernels on {@code jdk.incubator.vector}, each a call of its twin in {@link VectorLoops} through a method handle.
 *
 * <p>The handles are not final, and that is their purpose: C2 cannot inline through them, and compiles every kernel by
 * itself. Inlined into their callers, kernels ran C2 out of its budget in about one start of three, and it boxed
 * vectors for good. A call through a handle costs some nanoseconds, and a kernel handles hundreds of logits.
 */
final class VectorKernels extends KernelSelection.VectorSet {

    /** With vectors of so many bits casts may be boxed (x86 without AVX): plain loops are as good. */
    private static final int SLOW_CASTS = 128;
    private static final KernelSet WITHOUT_CASTS = new ScalarKernels();

    private static MethodHandle transpose = method(VectorTranspose.class, "transpose");
    private static MethodHandle exponentials = loop("exponentials");
    private static MethodHandle expSumOfRows = loop("expSumOfRows");
    private static MethodHandle expSumOfTile = loop("expSumOfTile");
    private static MethodHandle singleExponentials = single("exponentials");
    private static MethodHandle singleExpSumOfRows = single("expSumOfRows");
    private static MethodHandle singleExpSumOfTile = single("expSumOfTile");
    private static MethodHandle scaleRowsToFloats = single("scaleRowsToFloats");
    private static MethodHandle widen = single("widen");
    private static MethodHandle narrow = single("narrow");
    private static MethodHandle sumOfRows = loop("sumOfRows");
    private static MethodHandle sumOfTile = loop("sumOfTile");
    private static MethodHandle scaleRows = loop("scaleRows");
    private static MethodHandle scaleTile = loop("scaleTile");
    private static MethodHandle extremesOfRows = loop("extremesOfRows");
    private static MethodHandle logs = loop("logs");
    private static MethodHandle logProbabilities = loop("logProbabilities");
    private static MethodHandle weightedDifferences = loop("weightedDifferences");
    private static MethodHandle softmaxProducts = loop("softmaxProducts");
    private static MethodHandle scaleMinusShares = loop("scaleMinusShares");

    VectorKernels() {
    }

    private static MethodHandle loop(String name) {
        return method(VectorLoops.class, name);
    }

    private static MethodHandle single(String name) {
        return method(VectorSingleLoops.class, name);
    }

    private static MethodHandle method(Class<?> owner, String name) {
        for (Method method : owner.getDeclaredMethods()) {
            if (method.getName().equals(name)) {
                try {
                    return MethodHandles.lookup().unreflect(method);
                } catch (IllegalAccessException e) {
                    throw new LinkageError(name, e);
                }
            }
        }
        throw new LinkageError(name);
    }

    /** The loops declare no checked exception. */
    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error) {
            throw (Error) thrown;
        }
        return (RuntimeException) thrown;
    }

    @Override
    int bits() {
        return VectorLoops.bits();
    }

    @Override
    public String name() {
        return "vector-" + bits();
    }

    /** 8 x 10 took 0.75 microseconds one number at a time, and 0.66 by these kernels; 1 x 10 took 0.18 and 0.64. */
    @Override
    public int fewLogits() {
        return 48;
    }

    @Override
    public void transpose(double[] source, int[] from, int fromShift, int fromStep, int n, double[] target, int[] to,
            int toShift, int toStep, int m) {
        try {
            transpose.invokeExact(source, from, fromShift, fromStep, n, target, to, toShift, toStep, m);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void exponentials(double[] x, double[] magic, int n, Pairs e, Scratch scratch) {
        try {
            exponentials.invokeExact(x, magic, n, e, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public double expSumOfRows(double[] x, int[] from, int shift, int rows, int n, double[] magic, double[] e, int to,
            int stride, Pairs sums, Scratch scratch) {
        try {
            return (double) expSumOfRows.invokeExact(x, from, shift, rows, n, magic, e, to, stride, sums, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public double expSumOfTile(double[] x, int n, int width, int stripes, double[] magic, double[] e, int to,
            Pairs sums, Scratch scratch) {
        try {
            return (double) expSumOfTile.invokeExact(x, n, width, stripes, magic, e, to, sums, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void singleExponentials(double[] x, double[] magic, int n, double[] e, Scratch scratch) {
        try {
            singleExponentials.invokeExact(x, magic, n, e);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public double singleExpSumOfRows(float[] x, int[] from, int shift, int rows, int n, double[] magic, double[] e,
            int to, int stride, Pairs sums, Scratch scratch) {
        if (bits() <= SLOW_CASTS) {
            return WITHOUT_CASTS.singleExpSumOfRows(x, from, shift, rows, n, magic, e, to, stride, sums, scratch);
        }
        try {
            return (double) singleExpSumOfRows.invokeExact(x, from, shift, rows, n, magic, e, to, stride, sums,
                    scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public double singleExpSumOfTile(double[] x, int n, int width, int stripes, double[] magic, double[] e, int to,
            Pairs sums, Scratch scratch) {
        try {
            return (double) singleExpSumOfTile.invokeExact(x, n, width, stripes, magic, e, to, sums, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void scaleRowsToFloats(double[] e, int from, int stride, int rows, int n, Pairs factors, boolean[] skip,
            float[] out, int[] to, int shift, Scratch scratch) {
        if (bits() <= SLOW_CASTS) {
            WITHOUT_CASTS.scaleRowsToFloats(e, from, stride, rows, n, factors, skip, out, to, shift, scratch);
            return;
        }
        try {
            scaleRowsToFloats.invokeExact(e, from, stride, rows, n, factors, skip, out, to, shift);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void widen(float[] x, int from, double[] y, int to, int n) {
        if (bits() <= SLOW_CASTS || n < KernelSet.STRIPES) {
            super.widen(x, from, y, to, n);
            return;
        }
        try {
            widen.invokeExact(x, from, y, to, n);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void narrow(double[] x, int from, float[] y, int to, int n) {
        if (bits() <= SLOW_CASTS || n < KernelSet.STRIPES) {
            super.narrow(x, from, y, to, n);
            return;
        }
        try {
            narrow.invokeExact(x, from, y, to, n);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void sumOfRows(double[] high, double[] low, int rows, int n, int stride, Pairs sums, Scratch scratch) {
        try {
            sumOfRows.invokeExact(high, low, rows, n, stride, sums, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void sumOfTile(double[] high, double[] low, int n, int width, int stripes, Pairs sums, Scratch scratch) {
        try {
            sumOfTile.invokeExact(high, low, n, width, stripes, sums, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void scaleRows(double[] e, int from, int stride, int rows, int n, Pairs factors, boolean[] skip,
            double[] out, int[] to, int shift, Scratch scratch) {
        try {
            scaleRows.invokeExact(e, from, stride, rows, n, factors, skip, out, to, shift, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void scaleTile(double[] e, int from, int n, int width, Pairs factors, double[] out, Scratch scratch) {
        try {
            scaleTile.invokeExact(e, from, n, width, factors, out, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void extremesOfRows(double[] x, int[] from, int shift, int rows, int n, double[] greatest,
            double[] magnitude, int first, Scratch scratch) {
        try {
            extremesOfRows.invokeExact(x, from, shift, rows, n, greatest, magnitude, first, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void logs(int n, Pairs r, Pairs e, Pairs log, Scratch scratch) {
        try {
            logs.invokeExact(n, r, e, log, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void logProbabilities(double[] x, double[] logs, int at, int n, int width, double[] top, Pairs log,
            int sample, Scratch scratch) {
        try {
            logProbabilities.invokeExact(x, logs, at, n, width, top, log, sample, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void weightedDifferences(double[] u, Pairs weight, int at, int n, int width, double[] top, int sample,
            Pairs product, Scratch scratch) {
        try {
            weightedDifferences.invokeExact(u, weight, at, n, width, top, sample, product, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void softmaxProducts(double[] p, double[] u, int at, int n, int width, double[] top, Pairs product,
            Pairs total, int sample, Scratch scratch) {
        try {
            softmaxProducts.invokeExact(p, u, at, n, width, top, product, total, sample, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    public void scaleMinusShares(double[] e, int from, Pairs share, double[] x, int at, int n, int width, Pairs factor,
            Pairs shareFactor, int sample, Scratch scratch) {
        try {
            scaleMinusShares.invokeExact(e, from, share, x, at, n, width, factor, shareFactor, sample, scratch);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }
}
