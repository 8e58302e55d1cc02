package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Sums;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.RowOperation;
import io.github.surprisal.internal.rows.Rows;
import io.github.surprisal.internal.rows.Threads;
import java.util.Arrays;

/**
 * A loss of every sample, their sum, and the gradient: what losses have in common.
 *
 * <p>Losses are added in groups of samples, in each of which sample s belongs to stripe s % 8, and the sums of the
 * groups one after the other, whatever the blocks and threads they come from.
 */
public abstract class LossOperation extends RowOperation {

    private static final double[] NOWHERE = {};

    /** Where the input lies: logits, log-probabilities, or other outputs of a network. */
    protected Object input;
    /** Where the gradient goes. */
    protected Object gradient = NOWHERE;
    /** Where the second derivatives go. */
    protected Object curvature = NOWHERE;
    /** Whether their expectations are asked for. */
    protected boolean fisher;
    /** What the gradient is multiplied by. */
    protected final Factors factors = new Factors();

    private double[] losses = NOWHERE;
    /** The losses of the samples of a block's range, the one of sample s at s - origin. */
    private final Pairs loss = new Pairs(Geometry.SLOTS + KernelSet.STRIPES);
    private final int[] lossExponent = new int[Geometry.SLOTS + KernelSet.STRIPES];
    private boolean ordinary;
    private int origin;
    private int end;
    private final LossSum sum = new LossSum();
    private final LossSum total = new LossSum();
    private final LossSum denominator = new LossSum();
    /** The sums of all groups of a call, and the room for those of the calls that began here. */
    private double[] groupSums = NOWHERE;
    private double[] room = NOWHERE;

    // ---- the call

    /** Begins a call. */
    protected final void begin(Geometry g, Elements door, Object of) {
        geometry = g;
        elements = door;
        input = of;
    }

    /** Writes the gradient to an array. */
    public final void writeGradient(Object to) {
        gradient = to;
    }

    /** Writes the diagonal of the Hessian to an array, beside the gradient and multiplied by nothing. */
    public final void writeHessian(Object to) {
        curvature = to;
        fisher = false;
    }

    /** The same for the Fisher information. */
    public final void writeFisher(Object to) {
        curvature = to;
        fisher = true;
    }

    /** Multiplies the gradient by a number over a denominator that is finite and not 0. */
    public final void multiplyBy(double upstream, LossSum of) {
        if (writes()) {
            factors.setUpstream(upstream, of);
        }
    }

    /** Multiplies the gradient by a number. */
    public final void multiplyBy(double upstream) {
        factors.setUpstream(upstream);
    }

    /** Multiplies the gradient of each sample by a number of its own. */
    public final void multiplyBy(double[] upstreams) {
        factors.setUpstreams(upstreams, geometry.firstTarget);
    }

    /** Writes the loss of every sample to an array. */
    public final void writeLosses(double[] to) {
        losses = to;
    }

    /** What a mean divides by. */
    public final LossSum denominator() {
        findDenominator(denominator);
        return denominator;
    }

    /** Sets a sum to that of the weights of the samples that count. */
    protected abstract void findDenominator(LossSum of);

    /** Walks over the batch; returns the sum of the losses. */
    public final LossSum run(Threads threads) {
        sum.clear();
        if (runWithoutWalk()) {
            sum.close();
            return sum;
        }
        int groups = geometry.groups();
        if (room.length < groups * LossSum.PARTS) {
            room = new double[groups * LossSum.PARTS];
        }
        groupSums = room;
        Rows.run(this, threads);
        total.clear();
        for (int group = 0; group < groups; group++) {
            total.merge(groupSums, group * LossSum.PARTS);
        }
        return total;
    }

    /** Does everything at once where a walk is not worth its cost; returns false, and has done nothing, elsewhere. */
    protected boolean runWithoutWalk() {
        return false;
    }

    /** Takes note of the loss of a sample, an ordinary one of weight 1; without a walk. */
    final void add(int s, double high, double low) {
        sum.add(s % KernelSet.STRIPES, high, low);
        if (losses != NOWHERE) {
            losses[geometry.firstTarget + s] = high;
        }
    }

    /** Writes a gradient of 0, if there is a gradient to write. */
    public final void clearGradient() {
        for (int s = 0; writes() && s < geometry.samples(); s++) {
            elements.clear(gradient, geometry.address(s), geometry.inner, geometry.classes);
        }
    }

    /** Takes over the arguments of another. */
    final <T extends LossOperation> T sharing(LossOperation other) {
        geometry = other.geometry;
        elements = other.elements;
        input = other.input;
        gradient = other.gradient;
        curvature = other.curvature;
        fisher = other.fisher;
        losses = other.losses;
        groupSums = other.groupSums;
        factors.copyUpstream(other.factors);
        sum.clear();
        @SuppressWarnings("unchecked")
        T self = (T) this;
        return self;
    }

    /** Forgets the arguments. */
    final void forget() {
        geometry = null;
        input = NOWHERE;
        gradient = NOWHERE;
        curvature = NOWHERE;
        losses = NOWHERE;
        groupSums = NOWHERE;
        factors.release();
    }

    // ---- the walk

    @Override
    public final Object input() {
        return input;
    }

    @Override
    protected final boolean writes() {
        return gradient != NOWHERE;
    }

    /** Whether second derivatives are written, and so a gradient too. */
    protected final boolean writesCurvature() {
        return curvature != NOWHERE;
    }

    @Override
    protected final void select(Block b, int first, int last) {
        origin = first & -KernelSet.STRIPES;
        end = last;
        ordinary = true;
        loss.fill(0, losses(), 0.0, 0.0);
        Arrays.fill(lossExponent, 0, losses(), 0);
        selectSamples(b, first, last);
    }

    /** The same for the samples of a range. */
    protected void selectSamples(Block b, int first, int last) {
        super.select(b, first, last);
    }

    /** A sample that does not count: no loss, no gradient, its input unread. */
    final void skip(int sample) {
        if (writes()) {
            elements.clear(gradient, geometry.address(sample), geometry.inner, geometry.classes);
        }
        if (writesCurvature()) {
            elements.clear(curvature, geometry.address(sample), geometry.inner, geometry.classes);
        }
    }

    private int losses() {
        return end - origin + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
    }

    /** Records the losses of all samples of a block that are not to be tried again; ordinary ones, of weight 1. */
    final void record(Block b, Pairs values) {
        if (b.isContiguous()) {
            int at = b.sample(0) - origin;
            System.arraycopy(values.high, 0, loss.high, at, b.count());
            System.arraycopy(values.low, 0, loss.low, at, b.count());
        } else {
            for (int i = 0; i < b.count(); i++) {
                loss.copy(b.sample(i) - origin, values, i);
            }
        }
    }

    /** Records the loss of a sample: weight times (high + low) 2^exponent. */
    final void record(Block b, int slot, double weight, double high, double low, int exponent) {
        int at = b.sample(slot) - origin;
        double product = weight * high;
        if (exponent == 0 && Math.abs(product) >= LossSum.LEAST && Math.abs(product) < LossSum.GREATEST) {
            loss.setSum(at, product, Math.fma(weight, high, -product) + weight * low);
        } else if (high == 0.0 || weight == 0.0 && high == high) {
            loss.set(at, 0.0, 0.0); // 0 times an infinite loss is 0
        } else {
            ordinary = false;
            int e = Math.getExponent(weight);
            boolean finite = Math.abs(high) <= Double.MAX_VALUE;
            int f = finite ? Math.getExponent(high) : 0;
            double w = Math.scalb(weight, -e);
            double h = Math.scalb(high, -f);
            loss.setSum(at, w * h, Math.fma(w, h, -(w * h)) + w * Math.scalb(low, -f));
            lossExponent[at] = finite ? e + f + exponent : 0;
        }
    }

    @Override
    protected final void end(Block b) {
        int n = losses();
        if (ordinary) {
            sum.addOrdinary(b.chunk.kernels, loss, n, b.chunk.scratch);
        } else {
            for (int i = 0; i < n; i++) {
                sum.add(i % KernelSet.STRIPES, loss.high[i], loss.low[i], lossExponent[i]);
            }
        }
        for (int s = b.first(); losses != NOWHERE && s < end; s++) {
            losses[geometry.firstTarget + s] = Sums.scale(loss.high[s - origin], loss.low[s - origin], lossExponent[s - origin]);
        }
    }

    @Override
    protected final void endGroup(int group) {
        sum.close();
        sum.copyTo(groupSums, group * LossSum.PARTS);
        sum.clear();
    }

    /** Writes second derivatives of 0, if there are any to write: the loss is linear in its input. */
    final void clearCurvature(Chunk c) {
        for (int i = 0; writesCurvature() && i < c.block.count(); i++) {
            if (!c.block.retries()[i]) {
                elements.clear(curvature, c.block.base[i] + c.from * geometry.inner, geometry.inner, c.classes);
            }
        }
    }

    /** Sets one element of the gradient of each sample that is not to be tried again, where it lies in a chunk. */
    final void put(Chunk c, int[] classOfSlot, double[] bySlot) {
        put(gradient, c, classOfSlot, bySlot);
    }

    /** The same in another array. */
    final void put(Object into, Chunk c, int[] classOfSlot, double[] bySlot) {
        elements.scatter(into, c.block.base, geometry.inner, classOfSlot, c.from, c.classes, c.block.retries(),
                bySlot, c.block.count());
    }
}
