package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.KernelSet;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where a batch lies in a flat array, and how it is cut for the kernels.
 *
 * <p>A sample is one distribution over the classes; sample {@code s} of {@code batch * inner} has its class {@code c}
 * at {@code address(s) + c * inner}. Samples are taken in blocks, the classes of a block in chunks. Blocks come in two
 * forms. Long contiguous rows stay rows. Short rows, and samples whose classes are not contiguous, become a tile: the
 * samples lie side by side and a class is a line of the tile, so that the kernels work on several samples at once.
 */
public final class Geometry {

    /**
     * The most classes whose exponentials are added one after the other; a longer sum has eight stripes. Also the most
     * classes a contiguous row is put into a tile for: the lanes that a row leaves empty and the work per row cost more
     * than the two transpositions at 24 and 33 classes (1.96 against 1.78 and 2.15 against 1.73 ns a logit for loss and
     * gradient, vector kernels), and less at 40 and 48 (1.57 and 1.44 against 1.73).
     */
    public static final int FEW = 36;
    /** Elements of a chunk: 16 KB for each of its arrays, which stay in the first caches. */
    static final int CHUNK = 2048;
    /**
     * The most samples of a block. Loss and gradient of 4096 x 2 took 7.0 ns a logit with 64, 6.1 with 256; of 1024 x
     * 10, 2.6 and 2.4 (vector kernels).
     */
    public static final int SLOTS = 256;
    /** Classes after which the stripes of a long sum are added up and begun anew; part of the order of summation. */
    static final int SPAN = 2048;
    /**
     * Logits of a piece of work for a thread, in whole samples or in spans of one: some 30 microseconds of work (1000
     * classes, vector kernels), so that the smallest batch that is split makes four pieces.
     */
    static final int PIECE = 1 << 15;

    private static final int ROWS_SHIFT = 26;
    private static final int ROWS_TRIED = 4;
    private static final AtomicReferenceArray<Geometry> ROWS =
            new AtomicReferenceArray<>(1 << Integer.SIZE - ROWS_SHIFT);

    /** The number of batch entries. */
    public final int batch;
    /** The number of classes. */
    public final int classes;
    /** The distance between the classes of a sample: the product of the trailing dimensions. */
    public final int inner;
    /** Where the first element lies. */
    public final int offset;
    /** The distance between batch entries. */
    public final int rowStride;
    /** The place of sample 0 in arrays of targets, and of whatever else has one entry for each sample. */
    public final int firstTarget;

    /** Where elements are samples: how many in a row have the same label. */
    public final int run;

    /** How many samples make a group: what threads get is whole groups. Part of the order in which losses are added. */
    final int group;
    /** Whether blocks are rows; else they are tiles. */
    final boolean rows;
    /** How many samples a full block has. */
    final int slots;
    /** How many classes of its samples a chunk holds; a divisor of SPAN, or all. */
    final int chunk;
    /** How many stripes the sum over the classes has. */
    final int stripes;

    private final String description;

    /** A geometry whose extent has been checked to fit an int. */
    public Geometry(int batch, int classes, int inner, int offset, int rowStride, int firstTarget,
            String description) {
        this(batch, classes, inner, offset, rowStride, firstTarget, 1, description);
    }

    private Geometry(int batch, int classes, int inner, int offset, int rowStride, int firstTarget, int run,
            String description) {
        this.run = run;
        this.description = description;
        this.batch = batch;
        this.classes = classes;
        this.inner = inner;
        this.offset = offset;
        this.rowStride = rowStride;
        this.firstTarget = firstTarget;
        this.group = Math.max(1, Integer.highestOneBit(PIECE / classes));
        boolean few = classes <= FEW;
        this.rows = inner == 1 && !few;
        this.stripes = few ? 1 : KernelSet.STRIPES;
        int lines = few ? classes : wholeStripes(Math.min(classes, CHUNK));
        if (rows) {
            this.slots = Math.max(1, Math.min(SLOTS, CHUNK / lines));
            this.chunk = lines;
        } else {
            this.slots = Math.max(KernelSet.STRIPES, Math.min(SLOTS, Integer.highestOneBit(CHUNK / lines)));
            this.chunk = Math.min(lines, CHUNK / slots);
        }
    }

    static int wholeStripes(int n) {
        return n + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
    }

    /** The number of samples. */
    public int samples() {
        return batch * inner;
    }

    /** The number of logits. */
    public long logits() {
        return (long) samples() * classes;
    }

    /** Where class 0 of a sample lies. */
    public int address(int sample) {
        return inner == 1
                ? offset + sample * rowStride
                : offset + sample / inner * rowStride + sample % inner;
    }

    /** Where class 0 of a sample lies in a dense array of targets of the same dimensions. */
    public int denseAddress(int sample) {
        return firstTarget * classes + sample / inner * (classes * inner) + sample % inner;
    }

    /** The chunks that the classes make up; chunk number k begins at class {@code k * chunk}. */
    int chunks() {
        return (classes - 1) / chunk + 1;
    }

    /** The spans that the classes make up. */
    int spans() {
        return (classes - 1) / SPAN + 1;
    }

    int chunksOfSpan() {
        return SPAN / chunk;
    }

    /** The groups that the samples make up. */
    public int groups() {
        return samples() == 0 ? 0 : (samples() - 1) / group + 1;
    }

    /** Whether a chunk holds all classes of its samples. */
    boolean whole() {
        return chunk >= classes;
    }

    /** The array length that the batch needs. */
    public int extent() {
        return samples() == 0 ? 0 : offset + (batch - 1) * rowStride + classes * inner;
    }

    /** How many targets an array needs, those before the first one included. */
    public int targetsExtent() {
        return samples() == 0 ? 0 : firstTarget + samples();
    }

    /** The same elements in the same order, each a sample of one class. */
    public Geometry ofElements() {
        int row = classes * inner;
        return row == rowStride || batch == 1
                ? new Geometry(1, 1, batch * row, offset, batch * row, firstTarget, inner, description)
                : new Geometry(batch, 1, row, offset, rowStride, firstTarget, inner, description);
    }

    /** So many samples of one class, side by side. */
    public static Geometry line(int samples) {
        return rows(samples, 1);
    }

    /** A batch of contiguous rows. The last few that were asked for are kept, so that a warm call allocates nothing. */
    public static Geometry rows(int batch, int classes) {
        int place = (batch * 0x9e3779b1 ^ classes * 0x85ebca6b) >>> ROWS_SHIFT; // Fibonacci hashing: the high bits mix
        for (int i = 0; i < ROWS_TRIED; i++) {
            Geometry kept = ROWS.get(place ^ i);
            if (kept != null && kept.batch == batch && kept.classes == classes) {
                return kept;
            }
        }
        Geometry made = new Geometry(batch, classes, 1, 0, classes, 0, "[" + batch + ", " + classes + "]");
        int free = place;
        for (int i = 0; i < ROWS_TRIED; i++) {
            free = ROWS.get(place ^ i) == null ? place ^ i : free;
        }
        ROWS.set(free, made);
        return made;
    }

    @Override
    public String toString() {
        return description;
    }
}
