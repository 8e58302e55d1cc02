package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import java.util.Arrays;

/**
 * The only door to callers' arrays: whatever reads or writes their elements is here, once for each element type. Behind
 * it everything is double. The fastest kernels work on callers' arrays where they lie, so they belong to the door.
 */
public abstract class Elements {

    /** The door to {@code double[]}. */
    public static final Elements DOUBLES = new Doubles();
    /** The door to {@code float[]}: floats become doubles where they are read, doubles are rounded where written. */
    public static final Elements FLOATS = new Floats();

    /** The length of an array. */
    public abstract int length(Object array);

    /** One element. */
    public abstract double get(Object array, int index);

    /** Sets one element. */
    public abstract void set(Object array, int index, double value);

    /** One element as a user would write it. */
    public abstract String text(Object array, int index);

    /** The index of the first element of [from, to) that is negative, NaN or infinite; -1 if none is. */
    public abstract int indexOfNoShare(Object array, int from, int to);

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
    abstract void copyOut(KernelSet kernels, Object source, int from, double[] target, int to, int n);

    /** Copies n elements into a caller's array. */
    abstract void copyIn(KernelSet kernels, double[] source, int from, Object target, int to, int n);

    /** {@link KernelSet#transpose} of n samples and m classes out of a caller's array, into the lines of a tile. */
    abstract void transposeOut(Chunk c, Object source, int[] from, int shift, int step, int n,
            double[] target, int[] line, int m);

    /** The same back again. */
    abstract void transposeIn(Chunk c, double[] source, int[] line, int m,
            Object target, int[] to, int shift, int step, int n);

    /** {@link KernelSet#expSumOfRows} of a caller's rows, those of a chunk; to its exponentials and its sums. */
    public abstract double expSumOfRows(Chunk c, Object x, double[] magic);

    /** {@link KernelSet#expSumOfTile} of the input of a chunk, which is loaded; to its exponentials and its sums. */
    public abstract double expSumOfTile(Chunk c, double[] magic);

    /** {@link KernelSet#exponentials} with the bits that are in the sums. */
    public abstract void exponentials(Chunk c, double[] x, double[] magic, int n, Pairs e);

    /** {@link KernelSet#scaleRows} of the exponentials of a chunk into a caller's rows. */
    public abstract void scaleRows(Chunk c, Pairs factors, Object out);

    /**
     * Moves log-probabilities (x - top) - l of a chunk, l > 0, below x - top where l has vanished in the rounding, if
     * the caller's array is less precise: x - top may lie half-way between two of its numbers.
     */
    public abstract void breakTies(Chunk c, double[] x, double[] top, double[] l, double[] differences);

    /** {@link KernelSet#extremesOfRows} of a caller's rows, those of a chunk. */
    abstract void extremesOfRows(Chunk c, Object x, double[] greatest, double[] magnitude, int at);

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
        public String text(Object array, int index) {
            return Double.toString(((double[]) array)[index]);
        }

        @Override
        public int indexOfNoShare(Object array, int from, int to) {
            double[] values = (double[]) array;
            for (int i = from; i < to; i++) {
                if (!(values[i] >= 0.0 && values[i] <= Double.MAX_VALUE)) {
                    return i;
                }
            }
            return -1;
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
        void copyOut(KernelSet kernels, Object source, int from, double[] target, int to, int n) {
            System.arraycopy(source, from, target, to, n);
        }

        @Override
        void copyIn(KernelSet kernels, double[] source, int from, Object target, int to, int n) {
            System.arraycopy(source, from, target, to, n);
        }

        @Override
        void transposeOut(Chunk c, Object source, int[] from, int shift, int step, int n,
                double[] target, int[] line, int m) {
            c.kernels.transpose((double[]) source, from, shift, step, n, target, line, 0, 1, m);
        }

        @Override
        void transposeIn(Chunk c, double[] source, int[] line, int m,
                Object target, int[] to, int shift, int step, int n) {
            c.kernels.transpose(source, line, 0, 1, m, (double[]) target, to, shift, step, n);
        }

        @Override
        public double expSumOfRows(Chunk c, Object x, double[] magic) {
            return c.kernels.expSumOfRows((double[]) x, c.block.base, c.from, c.runs(), c.classes, magic,
                    c.exponentials(), c.exponentialsAt(), c.stride(), c.sums(0), c.scratch);
        }

        @Override
        public double expSumOfTile(Chunk c, double[] magic) {
            return c.expSumOfTile(c.input, magic);
        }

        @Override
        public void exponentials(Chunk c, double[] x, double[] magic, int n, Pairs e) {
            c.kernels.exponentials(x, magic, n, e, c.scratch);
        }

        @Override
        public void scaleRows(Chunk c, Pairs factors, Object out) {
            c.kernels.scaleRows(c.exponentials(), c.exponentialsAt(), c.stride(), c.runs(), c.classes, factors,
                    c.block.retries(), (double[]) out, c.block.base, c.from, c.scratch);
        }

        @Override
        public void breakTies(Chunk c, double[] x, double[] top, double[] l, double[] differences) {
        }

        @Override
        void extremesOfRows(Chunk c, Object x, double[] greatest, double[] magnitude, int at) {
            c.kernels.extremesOfRows((double[]) x, c.block.base, c.from, c.runs(), c.classes, greatest, magnitude, at,
                    c.scratch);
        }
    }

    /** The same loops on floats; the kernels work on the chunk's copies of rows. */
    private static final class Floats extends Elements {

        @Override
        public int length(Object array) {
            return ((float[]) array).length;
        }

        @Override
        public double get(Object array, int index) {
            return ((float[]) array)[index];
        }

        @Override
        public void set(Object array, int index, double value) {
            ((float[]) array)[index] = (float) value;
        }

        @Override
        public String text(Object array, int index) {
            return Float.toString(((float[]) array)[index]);
        }

        @Override
        public int indexOfNoShare(Object array, int from, int to) {
            float[] values = (float[]) array;
            for (int i = from; i < to; i++) {
                if (!(values[i] >= 0.0f && values[i] <= Float.MAX_VALUE)) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public void gather(Object array, int[] base, int step, int[] classes, double[] values, int n) {
            float[] from = (float[]) array;
            for (int i = 0; i < n; i++) {
                values[i] = from[base[i] + classes[i] * step];
            }
        }

        @Override
        public void scatter(Object array, int[] base, int step, int[] classes, int from, int m, boolean[] skip,
                double[] values, int n) {
            float[] to = (float[]) array;
            for (int i = 0; i < n; i++) {
                int c = classes[i] - from;
                if (c >= 0 && c < m && !skip[i]) {
                    to[base[i] + classes[i] * step] = (float) values[i];
                }
            }
        }

        @Override
        public int indexOf(Object array, int index, int step, int n, double value) {
            float[] values = (float[]) array;
            for (int i = 0, p = index; i < n; i++, p += step) {
                if (values[p] == value) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public void clear(Object array, int index, int step, int n) {
            float[] values = (float[]) array;
            if (step == 1) {
                Arrays.fill(values, index, index + n, 0.0f);
                return;
            }
            for (int i = 0, p = index; i < n; i++, p += step) {
                values[p] = 0.0f;
            }
        }

        @Override
        void copyOut(KernelSet kernels, Object source, int from, double[] target, int to, int n) {
            kernels.widen((float[]) source, from, target, to, n);
        }

        @Override
        void copyIn(KernelSet kernels, double[] source, int from, Object target, int to, int n) {
            kernels.narrow(source, from, (float[]) target, to, n);
        }

        @Override
        void transposeOut(Chunk c, Object source, int[] from, int shift, int step, int n,
                double[] target, int[] line, int m) {
            float[] values = (float[]) source;
            if (step == 1) {
                if (follow(from, n, m)) {
                    c.kernels.widen(values, from[0] + shift, c.packed, 0, n * m);
                } else {
                    for (int i = 0; i < n; i++) {
                        c.kernels.widen(values, from[i] + shift, c.packed, i * m, m);
                    }
                }
                c.kernels.transpose(c.packed, c.packedStarts(n, m), 0, 1, n, target, line, 0, 1, m);
                return;
            }
            for (int i = 0; i < n; i++) {
                for (int j = 0, p = from[i] + shift; j < m; j++, p += step) {
                    target[line[j] + i] = values[p];
                }
            }
        }

        /** Whether rows of m elements lie one behind the other. */
        private static boolean follow(int[] base, int n, int m) {
            for (int i = 1; i < n; i++) {
                if (base[i] - base[i - 1] != m) {
                    return false;
                }
            }
            return true;
        }

        @Override
        void transposeIn(Chunk c, double[] source, int[] line, int m,
                Object target, int[] to, int shift, int step, int n) {
            float[] values = (float[]) target;
            if (step == 1) {
                c.kernels.transpose(source, line, 0, 1, m, c.packed, c.packedStarts(n, m), 0, 1, n);
                if (follow(to, n, m)) {
                    c.kernels.narrow(c.packed, 0, values, to[0] + shift, n * m);
                } else {
                    for (int i = 0; i < n; i++) {
                        c.kernels.narrow(c.packed, i * m, values, to[i] + shift, m);
                    }
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                for (int j = 0, p = to[i] + shift; j < m; j++, p += step) {
                    values[p] = (float) source[line[j] + i];
                }
            }
        }

        @Override
        public double expSumOfRows(Chunk c, Object x, double[] magic) {
            return c.kernels.singleExpSumOfRows((float[]) x, c.block.base, c.from, c.runs(), c.classes, magic,
                    c.exponentials(), c.exponentialsAt(), c.stride(), c.sums(0), c.scratch);
        }

        @Override
        public double expSumOfTile(Chunk c, double[] magic) {
            return c.kernels.singleExpSumOfTile(c.input, c.length(), c.width(), c.stripes(), magic,
                    c.exponentials(), c.exponentialsAt(), c.sums(0), c.scratch);
        }

        @Override
        public void exponentials(Chunk c, double[] x, double[] magic, int n, Pairs e) {
            c.kernels.singleExponentials(x, magic, n, e.high, c.scratch);
            Arrays.fill(e.low, 0, n, 0.0);
        }

        @Override
        public void scaleRows(Chunk c, Pairs factors, Object out) {
            c.kernels.scaleRowsToFloats(c.exponentials(), c.exponentialsAt(), c.stride(), c.runs(), c.classes, factors,
                    c.block.retries(), (float[]) out, c.block.base, c.from, c.scratch);
        }

        @Override
        public void breakTies(Chunk c, double[] x, double[] top, double[] l, double[] differences) {
            for (int run = 0; run < c.runs(); run++) {
                int start = c.start(run);
                int end = start + c.length();
                for (int i = start; i < end; i++) {
                    int slot = run + (i & c.width() - 1);
                    double d = x[i] - top[slot];
                    if (differences[i] == d && d < 0.0 && d >= -Double.MAX_VALUE && l[slot] > 0.0) {
                        differences[i] = Math.nextDown(d);
                    }
                }
            }
        }

        @Override
        void extremesOfRows(Chunk c, Object x, double[] greatest, double[] magnitude, int at) {
            c.loadInput(this, x);
            c.kernels.extremesOfRows(c.input, c.rowStarts(), 0, c.runs(), c.classes, greatest, magnitude, at,
                    c.scratch);
        }
    }
}
