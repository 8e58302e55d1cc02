package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Constants;
import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Sigmoids;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import java.util.Arrays;

/**
 * Binary cross-entropy of logits, each a sample of its own: with P what multiplies softplus(-x) and N what multiplies
 * softplus(x), t = exp(-|x|) and s(x) = 1 / (1 + exp(-x)), loss (P + N) log1p(t) + N max(x, 0) + P max(-x, 0), gradient
 * N s(x) - P s(-x), Hessian (P + N) t / (1 + t)^2.
 *
 * <p>Logits beyond {@link #ORDINARY}, weights that are not moderate and factors of which something is kept back go
 * through the arithmetic of the likelihoods, one by one.
 */
public final class BinaryCrossEntropy extends LossOperation {

    private static final Pool<BinaryCrossEntropy> POOL = new Pool<>(BinaryCrossEntropy::new);

    /** Up to here exp(-|x|) times a moderate weight is an ordinary loss: above 2^-677. */
    private static final double ORDINARY = 400.0;

    private final NumberTargets targets = new NumberTargets();
    private final Evaluation evaluation = new Evaluation();
    private LabelSettings settings;

    private final double[] ones = perSample();
    private final double[] weight = perSample();
    private final double[] magic = perSample();
    private final double[] room = perSample();
    private final double[] otherRoom = perSample();
    private final Pairs one = pairsPerSample();
    private final Pairs positive = pairsPerSample();
    private final Pairs negative = pairsPerSample();
    private final Pairs mass = pairsPerSample();
    private final Pairs exponential = pairsPerSample();
    private final Pairs denominator = pairsPerSample();
    private final Pairs a = pairsPerSample();
    private final Pairs b = pairsPerSample();
    private final Pairs c = pairsPerSample();
    private final double[] gradientOfSlot = perSample();
    private final double[] curvatureOfSlot = perSample();

    private BinaryCrossEntropy() {
        Arrays.fill(ones, 1.0);
        Arrays.fill(one.high, 1.0);
        Arrays.fill(magic, Constants.MAGIC + Constants.BIAS);
    }

    /** A call. */
    public static BinaryCrossEntropy of(Geometry g, Elements door, Object logits, Object targets,
            LabelSettings settings) {
        BinaryCrossEntropy loss = take(g, door, logits, settings);
        loss.targets.set(door, targets, g.firstTarget);
        return loss;
    }

    /** A call that skips the logits whose target is NaN. */
    public static BinaryCrossEntropy withMissing(Geometry g, Elements door, Object logits, Object targets,
            LabelSettings settings) {
        BinaryCrossEntropy loss = take(g, door, logits, settings);
        loss.targets.setWithMissing(door, targets, g.firstTarget);
        return loss;
    }

    private static BinaryCrossEntropy take(Geometry g, Elements door, Object logits, LabelSettings settings) {
        BinaryCrossEntropy loss = POOL.take();
        loss.begin(g, door, logits);
        loss.settings = settings;
        return loss;
    }

    @Override
    protected BinaryCrossEntropy forThread() {
        BinaryCrossEntropy own = POOL.take();
        own.targets.share(targets);
        own.settings = settings;
        return own.sharing(this);
    }

    @Override
    public void release() {
        forget();
        targets.release();
        POOL.giveBack(this);
    }

    @Override
    protected void findDenominator(LossSum of) {
        targets.findDenominator(geometry, of);
    }

    @Override
    protected void selectSamples(Block block, int first, int last) {
        targets.select(this, block, first, last);
    }

    /** Nothing is summed over classes. */
    @Override
    protected int sums() {
        return 0;
    }

    @Override
    protected void finish(Block block) {
        if (writes()) {
            factors.begin(block);
        }
        if (block.careful()) {
            for (int i = 0; i < block.count(); i++) {
                int label = block.sample(i) / geometry.run % settings.weights();
                evaluation.run(this, block, i, settings.likelihood(label), targets.get(block.sample(i)));
            }
            return;
        }
        Chunk chunk = block.chunk;
        chunk.loadInput(elements, input);
        leaveOthers(block, chunk.input);
        int n = block.slots();
        findTerms(chunk, n);
        recordLosses(block, chunk.input, n);
        if (writes()) {
            findGradient(chunk.input, n);
        }
        if (writesCurvature()) {
            findCurvature(chunk.input, n);
        }
    }

    private void leaveOthers(Block block, double[] x) {
        boolean moderate = settings.isModerate() && (!writes() || !factors.holds());
        if (moderate && Elementwise.magnitude(x, block.slots(), block.chunk.scratch) <= ORDINARY) {
            return;
        }
        for (int i = 0; i < block.count(); i++) {
            if (!(moderate && Math.abs(x[i]) <= ORDINARY)) {
                block.retry(i);
            }
        }
    }

    private void findTerms(Chunk chunk, int n) {
        chunk.loadDense(elements, targets.array(), chunk.other);
        settings.spread(chunk.block, geometry.run, weight);
        Elementwise.shares(chunk.other, weight, n, settings.keepHigh, settings.keepLow, settings.floor, 0.0, positive);
        Sigmoids.negatives(chunk.other, ones, n, settings.keepHigh, settings.keepLow, settings.floor, room, negative);
        Elementwise.totals(n, positive, negative, mass);
        Sigmoids.minusMagnitudes(chunk.input, n, -ORDINARY, room);
        chunk.kernels.exponentials(room, magic, n, exponential, chunk.scratch);
    }

    private void recordLosses(Block block, double[] x, int n) {
        block.chunk.kernels.logs(n, exponential, one, a, block.chunk.scratch);
        Sigmoids.products(n, a, mass, b);
        Sigmoids.sides(x, n, room, otherRoom);
        Sigmoids.linear(room, otherRoom, positive, negative, n, a);
        Elementwise.totals(n, a, b, b);
        if (!block.anyRetry()) {
            record(block, b);
            return;
        }
        for (int i = 0; i < block.count(); i++) {
            if (!block.retries()[i]) {
                record(block, i, 1.0, b.high[i], b.low[i], 0);
            }
        }
    }

    private void findGradient(double[] x, int n) {
        Sigmoids.denominators(exponential, n, denominator);
        Sigmoids.numerators(x, exponential, n, a);
        Sigmoids.products(n, a, negative, b);
        Sigmoids.complements(x, exponential, n, a);
        Sigmoids.products(n, a, positive, c);
        Elementwise.differences(n, b, c, a);
        Elementwise.quotients(n, a, denominator, a);
        Sigmoids.products(n, a, factors.factor, gradientOfSlot);
    }

    private void findCurvature(double[] x, int n) {
        if (fisher) {
            // w s(x) + s(-x)
            Sigmoids.numerators(x, exponential, n, a);
            Sigmoids.complements(x, exponential, n, b);
            for (int i = 0; i < n; i++) {
                a.setSum(i, weight[i] * a.high[i], Math.fma(weight[i], a.high[i], -(weight[i] * a.high[i]))
                        + weight[i] * a.low[i]);
            }
            Elementwise.totals(n, a, b, a);
            Elementwise.quotients(n, a, denominator, mass);
        }
        Elementwise.quotients(n, exponential, denominator, a);
        Elementwise.quotients(n, a, denominator, a);
        Sigmoids.products(n, a, mass, curvatureOfSlot);
    }

    @Override
    protected void write(Chunk chunk) {
        if (chunk.block.careful()) {
            evaluation.write(this, chunk);
            return;
        }
        chunk.store(elements, gradientOfSlot, gradient);
        if (writesCurvature()) {
            chunk.store(elements, curvatureOfSlot, curvature);
        }
    }
}
