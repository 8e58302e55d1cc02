package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Scratch;
import java.util.Arrays;

/**
 * The only door to callers' arrays: whatever reads or writes their elements is here, once for each element type. Behind
 * it everything is double. The fastest kernels work on callers' arrays where they lie, so they belong to the door.
 */
public abstract class Elements {

    /** The door to {@code double[]}. */
    public static final Elements DOUBLES = new Doubles();

    /** The length of an array. */
    public abstract int length(Object array);

    /** One element. */
    public abstract double get(Object array, int index);

    /** Sets one element. */
    public abstract void set(Object array, int index, double value);

    /** Gets one class of each of n samples. */
    public abstract void gather(Object array, int[] base, int step, int[] classes, double[] values, int n);

    /** Sets one class of each of n samples, where it is in [from, from + m) and the sample is not to be skipped. */
    public abstract void scatter(Object array, int[] base, int step, int[] classes, int from, int m, boolean[] skip,
            double[] values, int n);

    /** The number of the first of n elements, {@code step} apart, that is equal to a value; -1 if none is. */
    public abstract int indexOf(Object array, int index, int step, int n, double value);

    /** Sets n elements, {@code step} apart, to 0. */
    public abstract void clear(Object array, int index, int step, int n);

    /** Copies n elements out of a caller's array. */
    abstract void copyOut(Object source, int from, double[] target, int to, int n);

    /** Copies n elements into a caller's array. */
    abstract void copyIn(double[] source, int from, Object target, int to, int n);

    /** {@link KernelSet#transpose} of n samples and m classes out of a caller's array, into the lines of a tile. */
    abstract void transposeOut(KernelSet kernels, Object source, int[] from, int shift, int step, int n,
            double[] target, int[] line, int m);

    /** The same back again. */
    abstract void transposeIn(KernelSet kernels, double[] source, int[] line, int m,
            Object target, int[] to, int shift, int step, int n);

    /** {@link KernelSet#expSumOfRows} of a caller's rows. */
    public abstract double expSumOfRows(KernelSet kernels, Object x, int[] from, int shift, int rows, int n,
            double[] magic, double[] e, int to, int stride, Pairs sums, Scratch scratch);

    /** {@link KernelSet#scaleRows} into a caller's rows. */
    public abstract void scaleRows(KernelSet kernels, double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, Object out, int[] to, int shift, Scratch scratch);

    /** {@link KernelSet#extremesOfRows} of a caller's rows. */
    abstract void extremesOfRows(KernelSet kernels, Object x, int[] from, int shift, int rows, int n,
            double[] greatest, double[] magnitude, int at, Scratch scratch);

    private static final class Doubles extends Elements {

        @Override
        public int length(Object array) {
            return ((double[]) array).length;
        }

        @Override
        public double get(Object array, int index) {
            return ((double[]) array)[index];
        }

        @Override
        public void set(Object array, int index, double value) {
            ((double[]) array)[index] = value;
        }

        @Override
        public void gather(Object array, int[] base, int step, int[] classes, double[] values, int n) {
            double[] from = (double[]) array;
            for (int i = 0; i < n; i++) {
                values[i] = from[base[i] + classes[i] * step];
            }
        }

        @Override
        public void scatter(Object array, int[] base, int step, int[] classes, int from, int m, boolean[] skip,
                double[] values, int n) {
            double[] to = (double[]) array;
            for (int i = 0; i < n; i++) {
                int c = classes[i] - from;
                if (c >= 0 && c < m && !skip[i]) {
                    to[base[i] + classes[i] * step] = values[i];
                }
            }
        }

        @Override
        public int indexOf(Object array, int index, int step, int n, double value) {
            double[] values = (double[]) array;
            for (int i = 0, p = index; i < n; i++, p += step) {
                if (values[p] == value) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public void clear(Object array, int index, int step, int n) {
            double[] values = (double[]) array;
            if (step == 1) {
                Arrays.fill(values, index, index + n, 0.0);
                return;
            }
            for (int i = 0, p = index; i < n; i++, p += step) {
                values[p] = 0.0;
            }
        }

        @Override
        void copyOut(Object source, int from, double[] target, int to, int n) {
            System.arraycopy(source, from, target, to, n);
        }

        @Override
        void copyIn(double[] source, int from, Object target, int to, int n) {
            System.arraycopy(source, from, target, to, n);
        }

        @Override
        void transposeOut(KernelSet kernels, Object source, int[] from, int shift, int step, int n,
                double[] target, int[] line, int m) {
            kernels.transpose((double[]) source, from, shift, step, n, target, line, 0, 1, m);
        }

        @Override
        void transposeIn(KernelSet kernels, double[] source, int[] line, int m,
                Object target, int[] to, int shift, int step, int n) {
            kernels.transpose(source, line, 0, 1, m, (double[]) target, to, shift, step, n);
        }

        @Override
        public double expSumOfRows(KernelSet kernels, Object x, int[] from, int shift, int rows, int n,
                double[] magic, double[] e, int to, int stride, Pairs sums, Scratch scratch) {
            return kernels.expSumOfRows((double[]) x, from, shift, rows, n, magic, e, to, stride, sums, scratch);
        }

        @Override
        public void scaleRows(KernelSet kernels, double[] e, int from, int stride, int rows, int n, Pairs factors,
                boolean[] skip, Object out, int[] to, int shift, Scratch scratch) {
            kernels.scaleRows(e, from, stride, rows, n, factors, skip, (double[]) out, to, shift, scratch);
        }

        @Override
        void extremesOfRows(KernelSet kernels, Object x, int[] from, int shift, int rows, int n,
                double[] greatest, double[] magnitude, int at, Scratch scratch) {
            kernels.extremesOfRows((double[]) x, from, shift, rows, n, greatest, magnitude, at, scratch);
        }
    }
}
