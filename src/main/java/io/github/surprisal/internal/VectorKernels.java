package io.github.surprisal.internal;

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

    private static MethodHandle transpose = method(VectorTranspose.class, "transpose");
    private static MethodHandle magnitudes = loop("magnitudes");
    private static MethodHandle exponentials = loop("exponentials");
    private static MethodHandle exponentialsOfRows = loop("exponentialsOfRows");
    private static MethodHandle expSums = loop("expSums");
    private static MethodHandle scaleTile = loop("scaleTile");
    private static MethodHandle scaleRows = loop("scaleRows");
    private static MethodHandle scaleMinus = loop("scaleMinus");
    private static MethodHandle logProbabilities = loop("logProbabilities");
    private static MethodHandle logs = loop("logs");
    private static MethodHandle quotients = loop("quotients");
    private static MethodHandle sums = loop("sums");
    private static MethodHandle surprisals = loop("surprisals");
    private static MethodHandle softmaxSums = loop("softmaxSums");
    private static MethodHandle softmaxProduct = loop("softmaxProduct");
    private static MethodHandle minusProduct = loop("minusProduct");

    VectorKernels() {
    }

    private static MethodHandle loop(String name) {
        return method(VectorLoops.class, name);
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
    String name() {
        return "vector-" + bits();
    }

    @Override
    void transpose(double[] source, int[] from, int fromShift, int fromStep, int n,
            double[] target, int[] to, int toShift, int toStep, int m) {
        try {
            transpose.invokeExact(source, from, fromShift, fromStep, n, target, to, toShift, toStep, m);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void magnitudes(double[] x, int from, int n, int width, double[] magnitude, int column) {
        try {
            magnitudes.invokeExact(x, from, n, width, magnitude, column);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    double exponentials(double[] x, double[] e, double[] low, int n, double magic, double[][] memory) {
        try {
            return (double) exponentials.invokeExact(x, e, low, n, magic, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    double exponentialsOfRows(double[] x, int[] from, int shift, int rows, int n, double[] e, double[] low, int stride,
            double magic, double[][] memory) {
        try {
            return (double) exponentialsOfRows.invokeExact(x, from, shift, rows, n, e, low, stride, magic, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void expSums(double[] e, double[] low, boolean signs, int runs, int n, int width, double[] sumHigh, double[] sumLow,
            double[][] memory) {
        try {
            expSums.invokeExact(e, low, signs, runs, n, width, sumHigh, sumLow, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void scaleTile(double[] e, int n, int width, double[] factorHigh, double[] factorLow, double[][] memory) {
        try {
            scaleTile.invokeExact(e, n, width, factorHigh, factorLow, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void scaleRows(double[] e, int from, int stride, int rows, int n, double[] factorHigh, double[] factorLow,
            boolean[] skip, double[] out, int[] to, int shift, double[][] memory) {
        try {
            scaleRows.invokeExact(e, from, stride, rows, n, factorHigh, factorLow, skip, out, to, shift, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void scaleMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int n, int width, double[] factorHigh,
            double[] factorLow, double[] secondHigh, double[] secondLow, int column, double[][] memory) {
        try {
            scaleMinus.invokeExact(e, shareHigh, shareLow, from, n, width, factorHigh, factorLow, secondHigh, secondLow,
                    column, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void logProbabilities(double[] x, int from, int n, int width, double[] max, double[] logHigh, double[] logLow, int
            column, double[][] memory) {
        try {
            logProbabilities.invokeExact(x, from, n, width, max, logHigh, logLow, column, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void logs(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow, double[] logHigh, double[] logLow,
            double[][] memory) {
        try {
            logs.invokeExact(n, rHigh, rLow, eHigh, eLow, logHigh, logLow, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void quotients(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow, double[] high, double[] low) {
        try {
            quotients.invokeExact(n, aHigh, aLow, bHigh, bLow, high, low);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void sums(double[] x, int from, int n, int width, double[] high, double[] low, double[][] memory) {
        try {
            sums.invokeExact(x, from, n, width, high, low, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void surprisals(double[] x, double[] shareHigh, double[] shareLow, int from, int n, int width, double[] max,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, double[][] memory) {
        try {
            surprisals.invokeExact(x, shareHigh, shareLow, from, n, width, max, firstHigh, firstLow, secondHigh,
                    secondLow, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void softmaxSums(double[] p, double[] u, int from, int n, int width, double[] top, double[] firstHigh, double[]
            firstLow, double[] secondHigh, double[] secondLow, double[][] memory) {
        try {
            softmaxSums.invokeExact(p, u, from, n, width, top, firstHigh, firstLow, secondHigh, secondLow, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void softmaxProduct(double[] p, double[] u, int from, int n, int width, double[] top, double[] firstHigh, double[]
            firstLow, double[] secondHigh, double[] secondLow, int column, double[][] memory) {
        try {
            softmaxProduct.invokeExact(p, u, from, n, width, top, firstHigh, firstLow, secondHigh, secondLow, column,
                    memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    @Override
    void minusProduct(double[] u, double[] eHigh, double[] eLow, int from, int n, int width, double[] factorHigh,
            double[] factorLow, int column, double[][] memory) {
        try {
            minusProduct.invokeExact(u, eHigh, eLow, from, n, width, factorHigh, factorLow, column, memory);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }
}
