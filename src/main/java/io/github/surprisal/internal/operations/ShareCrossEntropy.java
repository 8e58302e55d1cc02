package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Sums;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;

/**
 * Cross-entropy where every class has a share m of the loss: class probabilities, label smoothing, or both. With
 * targets t (1 at the index, if indices), weights w and smoothing e, m = w ((1 - e) t + e / C), the smoothing mass
 * being spread over the classes whose logit is above -Infinity.
 *
 * <p>With the most probable class apart and L = log1p(R / E), the loss is sum m (max - x) + L sum m, a sum of terms
 * that are all positive, and the gradient u (p sum m - m).
 *
 * <p>Samples with logits or shares that are not moderate are done with care: their sums go class by class through a
 * {@link LossSum}, which has no range to leave, and the shares are scaled so that their sum is near 1.
 */
public final class ShareCrossEntropy extends LossOperation {

    private static final Pool<ShareCrossEntropy> POOL = new Pool<>(ShareCrossEntropy::new);

    private static final int SURPRISALS = 1;
    private static final int SHARES = 2;
    /** Sums of shares within which nothing leaves the range. */
    private static final double LEAST = 0x1p-300;
    private static final double GREATEST = 0x1p300;

    private final SmoothedTargets smoothed = new SmoothedTargets();
    private final ProbabilityTargets probabilities = new ProbabilityTargets();
    private ShareTargets targets = smoothed;

    private final Exponentials exponentials = new Exponentials();
    /** The share of the class apart. */
    private final Pairs shareOfApart = pairsPerSample();
    /** What multiplies the exponentials: the factor times the sum of the shares over the sum of the exponentials. */
    private final Pairs scale = pairsPerSample();
    private final double[] gradientOfApart = perSample();
    private final double[] curvatureOfApart = perSample();
    // with care
    private final LossSum sum = new LossSum();
    /** The number of classes above -Infinity. */
    private final int[] possible = new int[Geometry.SLOTS];
    /** The power of 2 that shares are divided by. */
    private final int[] shareExponent = new int[Geometry.SLOTS];
    /** The share in question. */
    private final Pairs share = new Pairs(1);

    private ShareCrossEntropy() {
    }

    /** A call with class indices, smoothed or not. */
    public static ShareCrossEntropy smoothing(Geometry g, Elements door, Object logits, int[] targets,
            ClassSettings settings) {
        ShareCrossEntropy loss = POOL.take();
        loss.begin(g, door, logits);
        loss.smoothed.set(g, targets, settings);
        loss.targets = loss.smoothed;
        return loss;
    }

    /** A call with class probabilities. */
    public static ShareCrossEntropy of(Geometry g, Elements door, Object logits, Object probabilities,
            ClassSettings settings) {
        ShareCrossEntropy loss = POOL.take();
        loss.begin(g, door, logits);
        loss.probabilities.set(g, door, probabilities, settings);
        loss.targets = loss.probabilities;
        return loss;
    }

    @Override
    protected ShareCrossEntropy forThread() {
        ShareCrossEntropy own = POOL.take();
        own.smoothed.share(smoothed);
        own.probabilities.share(probabilities);
        own.targets = targets == smoothed ? own.smoothed : own.probabilities;
        return own.sharing(this);
    }

    @Override
    public void release() {
        forget();
        smoothed.release();
        probabilities.release();
        POOL.giveBack(this);
    }

    @Override
    protected void findDenominator(LossSum denominator) {
        targets.findDenominator(denominator);
    }

    @Override
    protected double limit() {
        return Exponentials.ORDINARY;
    }

    @Override
    protected boolean surveysAlways() {
        return true;
    }

    @Override
    protected void selectSamples(Block b, int first, int last) {
        targets.select(this, b, first, last);
    }

    @Override
    protected int sums() {
        return 3;
    }

    @Override
    protected void begin(Block b) {
        targets.begin(b);
        exponentials.begin(b);
        exponentials.keepGreatestApart(b, this);
    }

    @Override
    protected double sum(Chunk c) {
        double magnitude = exponentials.sum(c, this);
        if (!c.block.careful()) {
            c.loadInput(elements, input);
            shares(c);
            for (int run = 0; run < c.runs(); run++) {
                c.kernels.weightedDifferences(c.input, c.terms, c.start(run), c.length(), c.width(),
                        c.block.greatest, run, c.products, c.scratch);
            }
            c.sum(c.products, SURPRISALS);
            c.sum(c.terms, SHARES);
        }
        return magnitude;
    }

    /** Finds the shares of the classes of a chunk. */
    private void shares(Chunk c) {
        ClassSettings s = targets.settings();
        targets.load(c, c.other);
        c.spreadClasses(s.weightArray(), c.products.high);
        Elementwise.shares(c.other, c.products.high, c.extent(), s.keepHigh, s.keepLow,
                s.floorHigh(geometry.classes), s.floorLow(geometry.classes), c.terms);
        c.take(c.terms, exponentials.apart, shareOfApart);
    }

    @Override
    protected void finish(Block b) {
        exponentials.finish(b, this);
        if (b.careful()) {
            for (int i = 0; i < b.count(); i++) {
                addUp(b, i);
            }
        }
        exponentials.findLogs(b, this);
        for (int i = 0; i < b.count(); i++) {
            if (b.careful()) {
                recordCareful(b, i);
            } else {
                recordModerate(b, i);
            }
        }
        if (writes()) {
            factors.begin(b);
            for (int i = 0; i < b.count(); i++) {
                if (b.careful()) {
                    factors.lift(b, i, shareExponent[i]);
                } else {
                    factors.damp(b, i, b.totals[SHARES].high[i]);
                }
                multiply(scale, i, factors.factor, b.totals[SHARES]);
            }
            Elementwise.quotients(b.slots(), scale, exponentials.total, scale);
            for (int i = 0; i < b.count(); i++) {
                gradientOfApart[i] = gradientOfApart(b, i);
                double r = exponentials.rest.high[i];
                double product = Math.fma(r, scale.high[i], r * scale.low[i]);
                curvatureOfApart[i] = factors.restore(i,
                        product * (exponentials.ofApart.high[i] / exponentials.total.high[i]));
            }
        }
    }

    private static void multiply(Pairs product, int i, Pairs a, Pairs b) {
        double h = a.high[i] * b.high[i];
        product.set(i, h, Math.fma(a.high[i], b.high[i], -h) + (a.high[i] * b.low[i] + a.low[i] * b.high[i]));
    }

    /** The loss sum m (max - x) + L sum m. */
    private void recordModerate(Block b, int i) {
        Pairs surprisals = b.totals[SURPRISALS];
        Pairs shares = b.totals[SHARES];
        boolean moderate = shares.high[i] >= LEAST && shares.high[i] <= GREATEST || shares.high[i] == 0.0;
        if (!moderate || b.retries()[i]) {
            b.retry(i);
            return;
        }
        double log = exponentials.log.high[i];
        double h = log * shares.high[i];
        double l = Math.fma(log, shares.high[i], -h)
                + (log * shares.low[i] + exponentials.log.low[i] * shares.high[i]);
        // the sum is of m (x - max)
        double value = h - surprisals.high[i];
        record(b, i, 1.0, value, Sums.error(h, -surprisals.high[i]) + (l - surprisals.low[i]), 0);
    }

    /**
     * The gradient of the class apart, whose probability is 1 - R / (R + E): f (sum m - m) - f sum m R / (R + E).
     */
    private double gradientOfApart(Block b, int i) {
        Pairs shares = b.totals[SHARES];
        Pairs rest = exponentials.rest;
        double others = shares.high[i] - shareOfApart.high[i];
        double othersLow = Sums.error(shares.high[i], -shareOfApart.high[i]) + (shares.low[i] - shareOfApart.low[i]);
        double f = factors.factor.high[i];
        double a = f * others;
        double al = Math.fma(f, others, -a) + (f * othersLow + factors.factor.low[i] * others);
        double r = rest.high[i] * scale.high[i];
        double rl = Math.fma(rest.high[i], scale.high[i], -r)
                + (rest.high[i] * scale.low[i] + rest.low[i] * scale.high[i]);
        return (a - r) + (Sums.error(a, -r) + (al - rl));
    }

    @Override
    protected void write(Chunk c) {
        if (c.block.careful()) {
            writeCareful(c);
            return;
        }
        exponentials.recall(c, this);
        if (!c.whole()) {
            shares(c);
        }
        int stride = c.rows() ? c.stride() : 0;
        for (int run = 0; run < c.runs(); run++) {
            c.kernels.scaleMinusShares(c.exponentials(), c.exponentialsAt() + run * stride, c.terms, c.other,
                    c.start(run), c.length(), c.width(), scale, factors.factor, run, c.scratch);
        }
        c.put(gradientOfApart, exponentials.apart, c.other);
        factors.finish(c, c.other);
        c.store(elements, c.other, gradient);
        writeCurvature(c);
    }

    /**
     * Writes p (1 - p) sum m from the exponentials that are still there: 1 - p of the class apart is R / (R + E), and
     * no other class is above 1/2. Targets do not enter but for their shares, so that Hessian and Fisher information
     * are the same.
     */
    private void writeCurvature(Chunk c) {
        if (!writesCurvature()) {
            return;
        }
        Block b = c.block;
        for (int i = 0; i < b.count(); i++) {
            double total = exponentials.total.high[i];
            double sh = scale.high[i];
            double sl = scale.low[i];
            for (int k = 0; k < c.classes; k++) {
                int at = c.position(i, k);
                double e = c.exponentials()[c.exponentialsAt() + at];
                c.other[at] = factors.restore(i, Math.fma(e, sh, e * sl) * (1.0 - e / total));
            }
        }
        c.store(elements, c.other, curvature);
        put(curvature, c, exponentials.apart, curvatureOfApart);
    }

    // ---- with care

    /** Finds the sum of the shares, scaled, and leaves sum m (max - x) in the sum of this sample's loss. */
    private void addUp(Block b, int slot) {
        possible[slot] = 0;
        for (int c = 0; c < geometry.classes; c++) {
            possible[slot] += logit(b, slot, c) == Double.NEGATIVE_INFINITY ? 0 : 1;
        }
        possible[slot] = Math.max(1, possible[slot]);
        sum.clear();
        for (int c = 0; c < geometry.classes; c++) {
            int power = findShare(b, slot, c, share);
            sum.add(0, share.high[0], share.low[0], power);
        }
        sum.close();
        int e = sum.isZero() ? 0 : Math.getExponent(sum.high());
        b.totals[SHARES].set(slot, Math.scalb(sum.high(), -e), Math.scalb(sum.low(), -e));
        shareExponent[slot] = e + sum.exponent();
        int power = findShare(b, slot, exponentials.apart[slot], share);
        shareOfApart.set(slot, Math.scalb(share.high[0], power - shareExponent[slot]),
                Math.scalb(share.low[0], power - shareExponent[slot]));
    }

    private void recordCareful(Block b, int slot) {
        sum.clear();
        double max = b.greatest[slot];
        for (int c = 0; c < geometry.classes; c++) {
            int power = findShare(b, slot, c, share);
            double x = logit(b, slot, c);
            if (share.high[0] != 0.0) { // 0 times an infinite loss is 0
                add(share, 0, 0.5 * max - 0.5 * x, Sums.error(0.5 * max, -0.5 * x), power + 1);
            }
        }
        Pairs log = exponentials.log;
        Pairs shares = b.totals[SHARES];
        if (shares.high[slot] != 0.0 || log.high[slot] != log.high[slot]) {
            add(shares, slot, log.high[slot], log.low[slot], exponentials.logExponent[slot] + shareExponent[slot]);
        }
        sum.close();
        if (sum.isFinite()) {
            record(b, slot, 1.0, sum.high(), sum.low(), sum.exponent());
        } else {
            record(b, slot, 1.0, sum.value(), 0.0, 0);
        }
    }

    /** Adds (share) (high + low) 2^power to the sum. */
    private void add(Pairs of, int i, double high, double low, int power) {
        if (!(Math.abs(high) <= Double.MAX_VALUE)) {
            sum.add(0, of.high[i] * high, 0.0, 0);
            return;
        }
        int e = Math.getExponent(high);
        double h = Math.scalb(high, -e);
        double product = of.high[i] * h;
        sum.add(0, product, Math.fma(of.high[i], h, -product)
                + (of.high[i] * Math.scalb(low, -e) + of.low[i] * h), e + power);
    }

    private double logit(Block b, int slot, int c) {
        return elements.get(input, b.base[slot] + c * geometry.inner);
    }

    /** Finds the share of a class, as {@link Elementwise#shares} does, without a power of 2 that is returned. */
    private int findShare(Block b, int slot, int c, Pairs into) {
        ClassSettings s = targets.settings();
        double t = targets.get(b, slot, c);
        double a = t * s.keepHigh;
        double low = Math.fma(t, s.keepHigh, -a) + t * s.keepLow;
        double sum = a;
        if (logit(b, slot, c) != Double.NEGATIVE_INFINITY) {
            sum = a + s.floorHigh(possible[slot]);
            low += Sums.error(a, s.floorHigh(possible[slot])) + s.floorLow(possible[slot]);
        }
        double weight = s.weight(c);
        int e = Math.getExponent(weight);
        int f = Math.getExponent(sum);
        double w = Math.scalb(weight, -e);
        double m = Math.scalb(sum, -f);
        double h = w * m;
        into.set(0, h, Math.fma(w, m, -h) + w * Math.scalb(low, -f));
        return e + f;
    }

    private void writeCareful(Chunk c) {
        exponentials.recall(c, this);
        Block b = c.block;
        for (int i = 0; i < b.count(); i++) {
            // what the factor was lifted by goes to the shares, the least of which would be subnormal
            double f = Math.scalb(factors.factor.high[i], -Factors.LIFTED);
            double fl = Math.scalb(factors.factor.low[i], -Factors.LIFTED);
            for (int k = 0; k < c.classes; k++) {
                int at = c.position(i, k);
                int power = findShare(b, i, c.from + k, c.terms) - shareExponent[i] + Factors.LIFTED;
                double m = Math.scalb(c.terms.high[0], power);
                double ml = Math.scalb(c.terms.low[0], power);
                double e = c.exponentials()[c.exponentialsAt() + at];
                double p = e * scale.high[i];
                double low = Math.fma(e, scale.high[i], -p) + e * scale.low[i];
                c.other[at] = Math.fma(-m, f, p) + (low - (m * fl + ml * f));
            }
        }
        c.put(gradientOfApart, exponentials.apart, c.other);
        factors.finish(c, c.other);
        c.store(elements, c.other, gradient);
        writeCurvature(c);
    }
}
