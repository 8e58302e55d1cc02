package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Scratch;
import java.util.Arrays;

/**
 * The samples that are treated together: those of a short range of the batch, in slots 0 to {@code count - 1}. What
 * belongs to samples stands in arrays by slot.
 */
public final class Block {

    static final int SLOTS = Geometry.SLOTS;

    /** The memory for the classes of the samples. */
    public final Chunk chunk = new Chunk();
    /** The sums over all classes, by {@link RowOperation#sums number} and slot. */
    public final Pairs[] totals = {room(), room(), room()};
    /** The greatest element of every sample and the greatest magnitude, NaN if one is NaN; where surveyed. */
    public final double[] greatest = new double[SLOTS];
    public final double[] magnitude = new double[SLOTS];
    /** Where class 0 of every sample lies. */
    public final int[] base = new int[SLOTS];
    /** Which samples are left to the next attempt. */
    final boolean[] retry = new boolean[SLOTS];
    /** The greatest elements are known. */
    boolean surveyed;
    boolean anyRetry;
    /** The columns of a tile. */
    int width;

    private final int[] sample = new int[SLOTS];
    private Geometry geometry;
    private int first;
    private int count;
    private boolean careful;

    private static Pairs room() {
        return new Pairs(SLOTS + Scratch.APART);
    }

    /** Begins a block of samples from number {@code first} on. */
    void begin(Geometry of, int firstSample) {
        geometry = of;
        first = firstSample;
        count = 0;
        careful = false;
    }

    /** Adds the samples in [from, to). */
    public void addAll(int from, int to) {
        int n = to - from;
        int[] bases = base;
        int[] samples = sample;
        int at = geometry.address(from);
        int step = geometry.inner == 1 ? geometry.rowStride : 1;
        for (int i = 0; i < n; i++) {
            samples[count + i] = from + i;
            bases[count + i] = at + i * step;
        }
        for (int i = geometry.inner - from % geometry.inner; geometry.inner > 1 && i < n; i++) {
            bases[count + i] = geometry.address(from + i); // beyond the first batch entry
        }
        count += n;
    }

    /** Whether the samples follow one another. */
    public boolean isContiguous() {
        return count > 0 && sample[count - 1] - sample[0] == count - 1;
    }

    /** Adds a sample. */
    public void add(int s) {
        sample[count] = s;
        base[count] = geometry.address(s);
        count++;
    }

    /** Makes ready for an attempt: nothing is known of the samples but who they are. */
    void close() {
        surveyed = false;
        ready();
    }

    private void ready() {
        // a tile's width is a power of 2, so that it divides the blocks of the scalar kernels
        width = geometry.rows ? 1 : Math.max(KernelSet.STRIPES, Integer.highestOneBit(2 * count - 1));
        anyRetry = false;
        Arrays.fill(retry, 0, count, false);
    }

    /** Keeps the samples that are to be tried again, for the careful attempt. */
    void keepRetries() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (retry[i]) {
                sample[kept] = sample[i];
                base[kept] = base[i];
                greatest[kept] = greatest[i];
                magnitude[kept] = magnitude[i];
                kept++;
            }
        }
        count = kept;
        careful = true;
        ready();
    }

    /** Makes the first attempt a careful one. */
    void beCareful() {
        careful = true;
    }

    /** Leaves a sample to the careful attempt, which follows if this one is not it. */
    public void retry(int slot) {
        retry[slot] = true;
        anyRetry = true;
    }

    /** Whether samples are left to the next attempt. */
    public boolean anyRetry() {
        return anyRetry;
    }

    /** Which samples are left to the next attempt, by slot. */
    public boolean[] retries() {
        return retry;
    }

    /** How many samples are left to the next attempt. */
    int countRetries() {
        int retries = 0;
        for (int i = 0; anyRetry && i < count; i++) {
            retries += retry[i] ? 1 : 0;
        }
        return retries;
    }

    /** Whether this is the attempt at samples that need care: shifted, and with the class apart kept out of the sum. */
    public boolean careful() {
        return careful;
    }

    /** The number of samples. */
    public int count() {
        return count;
    }

    /** Slots to work on: whole vectors. What idle slots hold does not matter. */
    public int slots() {
        return count + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
    }

    /** The sample in a slot. */
    public int sample(int slot) {
        return sample[slot];
    }

    /** The first sample of the range that the block was selected from. */
    public int first() {
        return first;
    }

    Geometry geometry() {
        return geometry;
    }

    /** Forgets what belongs to the call. */
    void release() {
        geometry = null;
        chunk.release();
    }
}
