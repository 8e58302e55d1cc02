package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Scratch;
import io.github.surprisal.internal.kernels.Sums;
import java.util.Arrays;

/**
 * Classes [from, from + classes) of the samples of a block, and one thread's memory for them.
 *
 * <p>The elements stand in arrays as rows or as a tile (see {@link KernelSet}). Loops that are the same for both go over
 * <em>runs</em>: each row, or the whole tile.
 */
public final class Chunk {

    private static final int SIZE = Geometry.CHUNK + Scratch.APART;
    /** The most columns of sums: 51 rows of 37 classes have eight each. */
    private static final int COLUMNS = 2 * Geometry.SLOTS + Scratch.APART;
    /** Exponentials of a block that are kept between its sums and its results, 8 MB; of more they are found again. */
    private static final int KEPT = 1 << 20;
    private static final double[] NONE = {};

    /** What is read. */
    public final double[] input = new double[SIZE];
    /** What else is read. */
    public final double[] other = new double[SIZE];
    /** What multiplies or is added, as two doubles. */
    public final Pairs terms = new Pairs(SIZE);
    /** What is summed, as two doubles. */
    public final Pairs products = new Pairs(SIZE);
    /** What kernels work in. */
    public final Scratch scratch = new Scratch();

    /** The kernels of this call. */
    public KernelSet kernels;
    /** The block. */
    public Block block;
    /** The first class. */
    public int from;
    /** The number of classes. */
    public int classes;

    /** The rows of a tile as they lie in a caller's array that does not hold doubles. */
    final double[] packed = new double[SIZE];
    private final int[] packedStart = new int[Geometry.SLOTS];
    private final double[] ofChunk = new double[SIZE];
    private double[] ofAll = NONE;
    /** The sums of each column, by number. */
    private final Pairs[] sums = {new Pairs(COLUMNS), new Pairs(COLUMNS), new Pairs(COLUMNS)};
    private final int[] line = new int[Geometry.CHUNK / KernelSet.STRIPES];
    private final int[] denseBase = new int[Geometry.SLOTS];
    private Geometry geometry;
    private double[] exponentials;
    private boolean kept;
    private boolean inputLoaded;
    private final double[] greatest = new double[Geometry.SLOTS];
    private final double[] magnitude = new double[Geometry.SLOTS];
    private final int[] rowStart = new int[Geometry.SLOTS];

    /** Begins with the samples of a block; {@code chunkOfResults} holds what is kept for all of its classes. */
    void begin(Block of, Chunk chunkOfResults) {
        block = of;
        geometry = of.geometry();
        if (!geometry.rows) {
            for (int c = 0; c < geometry.chunk; c++) {
                line[c] = c * of.width;
            }
        }
        inputLoaded = false;
        long all = geometry.rows ? geometry.classes + KernelSet.STRIPES - 1L : (long) geometry.classes * of.width;
        kept = geometry.whole() || all <= KEPT;
        at(0);
        exponentials = geometry.whole() || !kept ? ofChunk : chunkOfResults.roomForAll((int) all);
    }

    private double[] roomForAll(int n) {
        if (ofAll.length < n) {
            ofAll = new double[n];
        }
        return ofAll;
    }

    void release() {
        block = null;
        geometry = null;
    }

    /** Goes to a chunk by its number. */
    void at(int number) {
        from = number * geometry.chunk;
        classes = Math.min(geometry.chunk, geometry.classes - from);
    }

    // ---- the greatest elements

    /** Lets the greatest elements of the block grow. */
    void survey(Elements elements, Object source) {
        if (geometry.rows) {
            extremes(elements, source, greatest, magnitude, 0);
            for (int i = 0; i < block.count(); i++) {
                block.greatest[i] = Math.max(block.greatest[i], greatest[i]);
                block.magnitude[i] = Math.max(block.magnitude[i], magnitude[i]);
            }
        } else {
            loadInput(elements, source);
            Elementwise.growExtremes(input, length(), block.width, block.greatest, block.magnitude, scratch);
        }
    }

    /** The greatest elements of the rows of this chunk, to arrays from an index on. */
    void extremes(Elements elements, Object source, double[] greatestOfRow, double[] magnitudeOfRow, int at) {
        elements.extremesOfRows(this, source, greatestOfRow, magnitudeOfRow, at);
    }

    // ---- the exponentials, kept from the sums to the results

    /** Where exponentials stand: of this chunk from {@link #exponentialsAt} on, rows {@link #stride} apart. */
    public double[] exponentials() {
        return exponentials;
    }

    /** The index of the first exponential of this chunk. */
    public int exponentialsAt() {
        return exponentials == ofChunk ? 0 : geometry.rows ? from : from * block.width;
    }

    /** Whether the exponentials of all chunks are still there when results are written. */
    public boolean keepsExponentials() {
        return kept;
    }

    /** Finds the exponentials of a tile and adds them to the sums of number 0; returns the greatest |x|. */
    public double expSumOfTile(double[] x, double[] magic) {
        return kernels.expSumOfTile(x, length(), block.width, geometry.stripes, magic, exponentials, exponentialsAt(),
                sums[0], scratch);
    }

    /** The exponentials times factors of the samples, as two doubles, rounded once. */
    public void scale(Pairs factors, double[] into) {
        if (geometry.rows) {
            kernels.scaleRows(exponentials, exponentialsAt(), stride(), runs(), classes, factors, block.retry, into,
                    rowStarts(), 0, scratch);
        } else {
            kernels.scaleTile(exponentials, exponentialsAt(), length(), block.width, factors, into, scratch);
        }
    }

    // ---- rows and tiles

    /** Whether the samples are rows. */
    public boolean rows() {
        return geometry.rows;
    }

    /** Whether the chunk holds all classes. */
    public boolean whole() {
        return geometry.whole();
    }

    /** The distance between rows. */
    public int stride() {
        return geometry.chunk;
    }

    /** The columns of a tile, or of a run that is a row: 1. */
    public int width() {
        return block.width;
    }

    /** The stripes of a sum. */
    public int stripes() {
        return geometry.stripes;
    }

    /** The number of runs. */
    public int runs() {
        return geometry.rows ? block.count() : 1;
    }

    /** Where a run begins; also that of elements behind all of them, for the number of runs. */
    public int start(int run) {
        return run * geometry.chunk;
    }

    /** Where the rows begin. */
    public int[] rowStarts() {
        for (int i = 0; i < block.count(); i++) {
            rowStart[i] = start(i);
        }
        return rowStart;
    }

    /** Where n packed rows of m elements begin. */
    int[] packedStarts(int n, int m) {
        for (int i = 0; i < n; i++) {
            packedStart[i] = i * m;
        }
        return packedStart;
    }

    /** Elements of a run: those of a row with what pads it to whole stripes. */
    public int length() {
        return geometry.rows ? Geometry.wholeStripes(classes) : classes * block.width;
    }

    /** Elements from the beginning of the first run to the end of the last. */
    public int extent() {
        return start(runs() - 1) + length();
    }

    /** Where a class of the chunk stands. */
    public int position(int slot, int classOfChunk) {
        return geometry.rows ? slot * geometry.chunk + classOfChunk : line[classOfChunk] + slot;
    }

    /** Sets the elements that pad rows to zero. */
    public void clearPadding(double[] values) {
        for (int run = 0; geometry.rows && run < runs(); run++) {
            Arrays.fill(values, start(run) + classes, start(run) + length(), 0.0);
        }
    }

    // ---- sums

    /** The sums of a number: of row r from column r * STRIPES on, of a tile from column 0 on. */
    public Pairs sums(int number) {
        return sums[number];
    }

    /** Adds numbers to the sums of a number. */
    public void sum(Pairs values, int number) {
        if (geometry.rows) {
            kernels.sumOfRows(values.high, values.low, runs(), length(), stride(), sums[number], scratch);
        } else {
            kernels.sumOfTile(values.high, values.low, length(), block.width, geometry.stripes, sums[number], scratch);
        }
    }

    /** Begins the sums of a span. */
    void beginSpan(int numbers) {
        int columns = geometry.rows ? block.count() * KernelSet.STRIPES : geometry.stripes * block.width;
        for (int i = 0; i < numbers; i++) {
            sums[i].fill(0, columns, 0.0, 0.0);
        }
    }

    /** Adds up the stripes: the sum of slot i is then in column i times {@link #sumStep}. */
    void endSpan(int numbers) {
        for (int i = 0; geometry.stripes > 1 && i < numbers; i++) {
            for (int run = 0; run < runs(); run++) {
                Sums.tree(sums[i], run * KernelSet.STRIPES, block.width);
            }
        }
    }

    int sumStep() {
        return geometry.rows ? KernelSet.STRIPES : 1;
    }

    // ---- between callers' arrays and this memory

    /** Loads the classes of the samples to {@link #input}, unless they are all there. */
    public void loadInput(Elements elements, Object source) {
        if (!inputLoaded) {
            load(elements, source, input);
            inputLoaded = geometry.whole();
        }
    }

    /** Loads the classes of the samples from a caller's array; rows are padded with 0. */
    public void load(Elements elements, Object source, double[] into) {
        load(elements, source, block.base, into);
    }

    /** Loads from a dense array in the layout's order, without offset and padding. */
    public void loadDense(Elements elements, Object source, double[] into) {
        if (geometry.classes == 1 && block.isContiguous()) {
            elements.copyOut(kernels, source, block.sample(0), into, 0, block.count());
            Arrays.fill(into, block.count(), block.width, 0.0);
            return;
        }
        for (int i = 0; i < block.count(); i++) {
            denseBase[i] = geometry.denseAddress(block.sample(i));
        }
        load(elements, source, denseBase, into);
    }

    private void load(Elements elements, Object source, int[] base, double[] into) {
        int count = block.count();
        if (geometry.rows) {
            for (int i = 0; i < count; i++) {
                elements.copyOut(kernels, source, base[i] + from, into, start(i), classes);
            }
            clearPadding(into);
            return;
        }
        int width = block.width;
        if (adjacent(base)) {
            for (int c = 0; c < classes; c++) {
                elements.copyOut(kernels, source, base[0] + (from + c) * geometry.inner, into, line[c], count);
            }
        } else {
            elements.transposeOut(this, source, base, from * geometry.inner, geometry.inner, count, into, line,
                    classes);
        }
        for (int c = 0; count < width && c < classes; c++) {
            Arrays.fill(into, line[c] + count, line[c] + width, 0.0);
        }
    }

    /** Stores the classes of the samples that are not to be tried again. */
    public void store(Elements elements, double[] values, Object target) {
        int[] base = block.base;
        int count = block.count();
        if (geometry.rows) {
            for (int i = 0; i < count; i++) {
                if (!block.retry[i]) {
                    elements.copyIn(kernels, values, start(i), target, base[i] + from, classes);
                }
            }
            return;
        }
        if (block.anyRetry) {
            storeOnly(elements, values, target);
        } else if (adjacent(base)) {
            for (int c = 0; c < classes; c++) {
                elements.copyIn(kernels, values, line[c], target, base[0] + (from + c) * geometry.inner, count);
            }
        } else {
            elements.transposeIn(this, values, line, classes, target, base, from * geometry.inner, geometry.inner,
                    count);
        }
    }

    private void storeOnly(Elements elements, double[] tile, Object target) {
        for (int i = 0; i < block.count(); i++) {
            for (int c = 0; c < classes && !block.retry[i]; c++) {
                elements.set(target, block.base[i] + (from + c) * geometry.inner, tile[line[c] + i]);
            }
        }
    }

    /** Whether the samples lie side by side, each class of them in one piece. */
    private boolean adjacent(int[] base) {
        return (geometry.inner > 1 || geometry.classes == 1)
                && base[block.count() - 1] - base[0] == block.count() - 1;
    }

    /** Lays a number for each class of the chunk beside the samples, 1 if there are none. */
    public void spreadClasses(double[] byClass, double[] into) {
        if (byClass.length == 0) {
            Arrays.fill(into, 0, extent(), 1.0);
        } else if (geometry.rows) {
            for (int run = 0; run < runs(); run++) {
                System.arraycopy(byClass, from, into, start(run), classes);
            }
        } else {
            for (int c = 0; c < classes; c++) {
                Arrays.fill(into, line[c], line[c] + block.width, byClass[from + c]);
            }
        }
        clearPadding(into);
    }

    /** Takes from all samples one element each, where it lies in this chunk. */
    public void take(Pairs values, int[] classOfSlot, Pairs into) {
        for (int i = 0; i < block.count(); i++) {
            int c = classOfSlot[i] - from;
            if (c >= 0 && c < classes) {
                into.copy(i, values, position(i, c));
            }
        }
    }

    /** Puts one element of each sample, where it lies in this chunk. */
    public void put(double[] bySlot, int[] classOfSlot, double[] into) {
        for (int i = 0; i < block.count(); i++) {
            int c = classOfSlot[i] - from;
            if (c >= 0 && c < classes) {
                into[position(i, c)] = bySlot[i];
            }
        }
    }
}
