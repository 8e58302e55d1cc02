package io.github.surprisal.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A block of samples on its way through the kernels, and the memory for it.
 *
 * <p>The samples of a block have slots 0 to {@code count - 1}. What belongs to their classes stands in arrays such as
 * {@link #x} and {@link #e}, as rows or as a tile (see {@link Geometry}), a chunk of classes at a time; what belongs to
 * a sample stands in arrays indexed by slot.
 *
 * <p>Blocks are taken from a pool and given back, so that a warm call allocates nothing. In the pool they hold no
 * reference to a caller's array, and nothing of one call is read by the next.
 */
final class Block {

    private static final KernelSet KERNELS = KernelSelection.ACTIVE;
    private static final int SLOTS = Geometry.SLOTS;
    /** The most columns of sums: 51 rows of 37 classes, padded to 40, have eight each. */
    private static final int COLUMNS = 2 * SLOTS;
    /**
     * Doubles that keep arrays which follow one another in memory apart: 512 bytes, less the 16 of an array's header,
     * over a multiple of 4096, so that equal indices of up to eight of them differ in their last twelve bits. Where
     * these are the same, a processor takes a load for dependent on an earlier store, and waits: without this, scalar
     * loss and gradient took 1.1 to 1.2 times as long (1000 and 32000 classes, AMD EPYC (Zen 5), JDK 17).
     */
    private static final int APART = 62;
    private static final AtomicReferenceArray<Block> POOL =
            new AtomicReferenceArray<>(2 * Runtime.getRuntime().availableProcessors() + 2);

    /** The call this block was taken for. */
    final LossCall call = new LossCall();
    /** What splits the rows of this call, or null. */
    Execution rowExecution;
    /** The losses of the samples this block has seen. */
    final Total total = new Total();

    Geometry geometry;
    int count;
    /** The columns of a run: as many as a tile has lanes for slots, or 1 for a row. */
    int width;
    final int[] sample = new int[SLOTS];
    final int[] base = new int[SLOTS];
    private final int[] denseBase = new int[SLOTS];
    /** Where the lines of a tile begin. */
    private final int[] line = new int[Geometry.BLOCK / KernelSet.STRIPES];
    /** The class whose exponential is kept out of the sum: the target, or the most probable class; -1 for none. */
    final int[] apart = new int[SLOTS];
    /** The target of each sample, if targets are indices. */
    final int[] target = new int[SLOTS];
    final double[] slotWeight = new double[SLOTS];
    /** Which samples take the way of {@link CarefulSample}. Only the others are stored. */
    final boolean[] careful = new boolean[SLOTS];
    boolean anyCareful;
    /** Whether the careful samples are known. */
    boolean measured;

    // by class and slot
    final double[] x = new double[Geometry.BLOCK + APART];
    /** The low parts of exponentials, until they have been summed. */
    final double[] low = new double[Geometry.BLOCK + APART];
    final double[] e = new double[Geometry.BLOCK + APART];
    final double[] shareHigh = new double[Geometry.BLOCK + APART];
    final double[] shareLow = new double[Geometry.BLOCK + APART];

    // by slot: sums of two doubles
    final double[] firstHigh = new double[SLOTS];
    final double[] firstLow = new double[SLOTS];
    final double[] secondHigh = new double[SLOTS];
    final double[] secondLow = new double[SLOTS];
    final double[] apartShareHigh = new double[SLOTS];
    final double[] apartShareLow = new double[SLOTS];
    final double[] factorHigh = new double[SLOTS];
    final double[] factorLow = new double[SLOTS];

    // the two sums of every column that a kernel adds to
    final double[] sum1High = new double[COLUMNS];
    final double[] sum1Low = new double[COLUMNS];
    final double[] sum2High = new double[COLUMNS];
    final double[] sum2Low = new double[COLUMNS];
    private final double[] sumColumns = new double[COLUMNS];
    /** What the kernels work in. */
    final double[][] memory = new double[KernelSet.MEMORY][2 * KernelSet.BLOCK + APART];

    final Exponentials exponentials = new Exponentials(this);
    final Factors factors = new Factors(this);

    private Block() {
    }

    /** A block for this thread alone until it is given back. */
    static Block take() {
        int start = start();
        for (int i = 0; i < POOL.length(); i++) {
            Block block = POOL.getAndSet((start + i) % POOL.length(), null);
            if (block != null) {
                return block;
            }
        }
        return new Block();
    }

    void giveBack() {
        geometry = null;
        rowExecution = null;
        call.clear();
        total.release();
        int start = start();
        for (int i = 0; i < POOL.length(); i++) {
            if (POOL.compareAndSet((start + i) % POOL.length(), null, this)) {
                return;
            }
        }
    }

    /** Threads begin their search at different places. */
    private static int start() {
        return System.identityHashCode(Thread.currentThread()) % POOL.length();
    }

    // ---- the samples

    void begin(Geometry of) {
        geometry = of;
        count = 0;
    }

    void add(int sampleIndex, int classApart) {
        sample[count] = sampleIndex;
        base[count] = geometry.address(sampleIndex);
        apart[count] = classApart;
        target[count] = classApart;
        count++;
    }

    /** Begins with as many samples as fit of [first, last), each with its target apart, or none if targets is null. */
    void begin(Geometry of, int first, int last, int[] targets) {
        begin(of);
        count = Math.min(of.slots, last - first);
        for (int i = 0; i < count; i++) {
            sample[i] = first + i;
            base[i] = of.address(first + i);
        }
        if (targets == null) {
            Arrays.fill(apart, 0, count, -1);
        } else {
            System.arraycopy(targets, first, apart, 0, count);
            System.arraycopy(targets, first, target, 0, count);
        }
    }

    boolean full() {
        return count == geometry.slots;
    }

    /** To be called once the samples are known: none careful yet. */
    void close() {
        // a tile's width is a power of 2, so that it divides the blocks of the scalar kernels
        width = geometry.rows
                ? 1
                : Math.max(KernelSet.STRIPES, Integer.highestOneBit(2 * count - 1));
        for (int c = 0; c < geometry.chunk && !geometry.rows; c++) {
            line[c] = c * width;
        }
        anyCareful = false;
        measured = false;
        Arrays.fill(careful, 0, count, false);
    }

    void markCareful(int slot) {
        careful[slot] = true;
        anyCareful = true;
    }

    /** Slots to work on: whole vectors. What idle slots hold does not matter. */
    int slots() {
        return count + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
    }

    // ---- runs: a row each, or the whole tile

    int runs() {
        return geometry.rows ? count : 1;
    }

    boolean skips(int run) {
        return geometry.rows && careful[run];
    }

    int start(int run) {
        return geometry.rows ? run * geometry.chunk : 0;
    }

    /** The elements of a run that holds so many lines: classes of a row, or lines of the tile. */
    int length(int lines) {
        return geometry.rows ? lines : lines * width;
    }

    /** Columns of a run seen as what is summed: the stripes of each slot. */
    int sumWidth() {
        return geometry.rows ? KernelSet.STRIPES : geometry.stripes * width;
    }

    /** The first column of a run among the slots. */
    int column(int run) {
        return geometry.rows ? run : 0;
    }

    /** The values of the slots of a run, laid out for a kernel that works on {@link #sumWidth} columns. */
    double[] bySumColumn(double[] bySlot, int run) {
        if (geometry.rows) {
            Arrays.fill(sumColumns, 0, KernelSet.STRIPES, bySlot[run]);
        } else {
            for (int stripe = 0; stripe < geometry.stripes; stripe++) {
                System.arraycopy(bySlot, 0, sumColumns, stripe * width, width);
            }
        }
        return sumColumns;
    }

    /**
     * To be called before a kernel adds a chunk that begins at a class to the sums of some runs: they begin anew there
     * with every span.
     */
    void beginSums(int from, int runs) {
        if (from % Geometry.SPAN == 0) {
            Arrays.fill(sum1High, 0, runs * sumWidth(), 0.0);
            Arrays.fill(sum1Low, 0, runs * sumWidth(), 0.0);
        }
    }

    /** The same for the second sums, of a single run. */
    void beginSecondSums(int from) {
        if (from % Geometry.SPAN == 0) {
            Arrays.fill(sum2High, 0, sumWidth(), 0.0);
            Arrays.fill(sum2Low, 0, sumWidth(), 0.0);
        }
    }

    /**
     * To be called afterwards: at the end of a span, adds the run's first sums, from a column on, to those of the
     * samples.
     */
    void endSums(int run, int from, int m, int column, double[] high, double[] low) {
        endSums(run, from, m, column, sum1High, sum1Low, high, low);
    }

    /** The same for the second sums, of a single run. */
    void endSecondSums(int run, int from, int m, double[] high, double[] low) {
        endSums(run, from, m, 0, sum2High, sum2Low, high, low);
    }

    private void endSums(int run, int from, int m, int column, double[] sumHigh, double[] sumLow, double[] high,
            double[] low) {
        int end = from + m;
        if (end != geometry.classes && end % Geometry.SPAN != 0) {
            return;
        }
        if (geometry.stripes > 1) {
            Sums.tree(sumHigh, sumLow, column, geometry.rows ? 1 : width);
        }
        boolean first = end <= Geometry.SPAN;
        if (geometry.rows) {
            addSpans(run, 1, first, sumHigh, sumLow, column, high, low);
        } else {
            addSpans(0, count, first, sumHigh, sumLow, 0, high, low);
        }
    }

    /** Adds sums over a span to those of some samples, or begins those with them. */
    static void addSpans(int slot, int count, boolean first, double[] spanHigh, double[] spanLow, int at,
            double[] high, double[] low) {
        if (first) {
            for (int i = 0; i < count; i++) {
                double h = spanHigh[at + i];
                double l = spanLow[at + i];
                double sum = h + l;
                high[slot + i] = sum;
                low[slot + i] = (h - sum) + l;
            }
        } else {
            for (int i = 0; i < count; i++) {
                double before = high[slot + i];
                double h = before + spanHigh[at + i];
                double l = low[slot + i] + spanLow[at + i] + Sums.error(before, spanHigh[at + i]);
                double sum = h + l;
                high[slot + i] = sum;
                low[slot + i] = (h - sum) + l;
            }
        }
    }

    // ---- between the caller's arrays and the block

    /** Loads classes [from, from + m) of the samples, and 0 where the block has none. */
    void load(double[] source, int from, int m, double[] into) {
        load(source, base, from, m, into);
    }

    /** Loads from a dense array in the layout's order, without offset and padding. */
    void loadDense(double[] source, int from, int m, double[] into) {
        for (int i = 0; i < count; i++) {
            denseBase[i] = geometry.denseAddress(sample[i]);
        }
        load(source, denseBase, from, m, into);
    }

    private void load(double[] source, int[] base, int from, int m, double[] into) {
        Geometry g = geometry;
        int lines = g.padded(m);
        if (g.rows) {
            for (int i = 0; i < count; i++) {
                System.arraycopy(source, base[i] + from, into, i * g.chunk, m);
                Arrays.fill(into, i * g.chunk + m, i * g.chunk + lines, 0.0);
            }
            return;
        }
        if (adjacent(base)) {
            for (int c = 0; c < m; c++) {
                System.arraycopy(source, base[0] + (from + c) * g.inner, into, c * width, count);
            }
        } else {
            KERNELS.transpose(source, base, from * g.inner, g.inner, count, into, line, 0, 1, m);
        }
        for (int c = 0; count < width && c < m; c++) {
            Arrays.fill(into, c * width + count, c * width + width, 0.0);
        }
        Arrays.fill(into, m * width, lines * width, 0.0);
    }

    /** Stores classes [from, from + m) of the samples that need no care. */
    void store(double[] values, int from, int m, double[] out) {
        Geometry g = geometry;
        if (g.rows) {
            for (int i = 0; i < count; i++) {
                if (!careful[i]) {
                    System.arraycopy(values, i * g.chunk, out, base[i] + from, m);
                }
            }
        } else if (adjacent(base) && !anyCareful) {
            for (int c = 0; c < m; c++) {
                System.arraycopy(values, c * width, out, base[0] + (from + c) * g.inner, count);
            }
        } else if (!anyCareful) {
            KERNELS.transpose(values, line, 0, 1, m, out, base, from * g.inner, g.inner, count);
        } else {
            storeOrdinary(values, from, m, out);
        }
    }

    private void storeOrdinary(double[] tile, int from, int m, double[] out) {
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < m && !careful[i]; c++) {
                out[base[i] + (from + c) * geometry.inner] = tile[line[c] + i];
            }
        }
    }

    /** Whether the samples lie side by side, each class of them in one piece. */
    private boolean adjacent(int[] base) {
        return geometry.inner > 1 && base[count - 1] - base[0] == count - 1;
    }

    /** Loads the weight of each class beside every sample, 1 if weights is null, and 0 where the block has no class. */
    void loadWeights(double[] weights, int from, int m, double[] into) {
        for (int run = 0; run < runs(); run++) {
            int end = start(run) + length(geometry.padded(m));
            int at = start(run);
            int step = length(1);
            for (int c = 0; c < m; c++, at += step) {
                Arrays.fill(into, at, at + step, weights == null ? 1.0 : weights[from + c]);
            }
            Arrays.fill(into, at, end, 0.0);
        }
    }

    // ---- single elements

    /** Where a class of the chunk stands. */
    private int position(int slot, int classOfChunk) {
        return geometry.rows ? slot * geometry.chunk + classOfChunk : classOfChunk * width + slot;
    }

    /** Takes the exponentials of the classes apart that lie in [from, from + m) out of the sum, and the padding. */
    void takeOut(double[] high, double[] low, int from, int m, double[] apartHigh, double[] apartLow) {
        for (int i = 0; i < count; i++) {
            int c = apart[i] - from;
            if (c >= 0 && c < m) {
                int p = position(i, c);
                apartHigh[i] = high[p];
                apartLow[i] = low[p];
                high[p] = 0.0;
                low[p] = 0.0;
            }
        }
        int start = length(m);
        int end = length(geometry.padded(m));
        for (int run = 0; run < runs(); run++) {
            for (int i = run * end + start; i < run * end + end; i++) {
                high[i] = 0.0;
                low[i] = 0.0;
            }
        }
    }

    /** Sets the targets that lie in [from, from + m) to 1. */
    void putTargets(double[] into, int from, int m) {
        for (int i = 0; i < count; i++) {
            int c = target[i] - from;
            if (c >= 0 && c < m) {
                into[position(i, c)] = 1.0;
            }
        }
    }

    /** Takes the classes apart that lie in [from, from + m). */
    void takeApart(double[] values, int from, int m, double[] bySlot) {
        for (int i = 0; i < count; i++) {
            int c = apart[i] - from;
            if (c >= 0 && c < m) {
                bySlot[i] = values[position(i, c)];
            }
        }
    }
}
