package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Scratch;

/**
 * What is done with the samples of a batch: sum over the classes, finish per sample, write per class. {@link Rows} walks
 * the batch and calls these three for every block.
 *
 * <p>{@link #sum} and {@link #write} change nothing but the chunk's memory and the caller's array, so that threads can
 * share a long row; what belongs to the samples of a block is found in {@link #begin} and {@link #finish}. The first
 * attempt at a block may leave samples unfinished, see {@link Block#retry}: the same walk then goes over those, with
 * {@link Block#careful} true.
 */
public abstract class RowOperation {

    /** Where the batch lies. */
    public Geometry geometry;
    /** Who reads and writes callers' arrays. */
    public Elements elements;

    /** Adds the samples in [first, last) to a block that are to be treated; all of them unless told otherwise. */
    protected void select(Block b, int first, int last) {
        b.addAll(first, last);
    }

    /** Whether the greatest elements of the samples are needed in the first attempt already. */
    protected boolean surveysAlways() {
        return false;
    }

    /** The greatest |x| that the first attempt can treat. */
    protected double limit() {
        return Double.POSITIVE_INFINITY;
    }

    /** The array that is read: what is surveyed. */
    public abstract Object input();

    /** What the samples of a block need before their classes are summed. */
    protected void begin(Block b) {
    }

    /** The sums over the classes of a sample. */
    protected int sums() {
        return 1;
    }

    /** Adds a chunk to its sums; returns the greatest |x| if there is a {@link #limit}, else 0. */
    protected double sum(Chunk c) {
        return 0.0;
    }

    /** Makes of the sums over all classes what belongs to the samples. */
    protected void finish(Block b) {
    }

    /** Whether something is written for each class. */
    protected boolean writes() {
        return true;
    }

    /** Writes a chunk of the samples that are not to be tried again. */
    protected void write(Chunk c) {
    }

    /** Takes note that the block is done, all attempts included. */
    protected void end(Block b) {
    }

    /** Takes note that a group of samples is done. */
    protected void endGroup(int group) {
    }

    /** The same operation with the same arguments, with room of its own for what belongs to samples. */
    protected abstract RowOperation forThread();

    /** Gives back what {@link #forThread} made. */
    public abstract void release();

    /** Room for a number of each sample of a block. */
    protected static double[] perSample() {
        return new double[Geometry.SLOTS + Scratch.APART];
    }

    /** Room for a number of each sample of a block, in two doubles. */
    protected static Pairs pairsPerSample() {
        return new Pairs(Geometry.SLOTS + Scratch.APART);
    }
}
