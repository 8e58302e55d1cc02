package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;

/** The negative log-likelihood of numbers, one for each sample, whose distribution's parameters are the classes. */
public final class LikelihoodLoss extends LossOperation {

    private static final Pool<LikelihoodLoss> POOL = new Pool<>(LikelihoodLoss::new);

    private final NumberTargets targets = new NumberTargets();
    private final Evaluation evaluation = new Evaluation();
    private Likelihood likelihood;

    private LikelihoodLoss() {
    }

    /** A call. */
    public static LikelihoodLoss of(Geometry g, Elements door, Object outputs, Object targets,
            Likelihood likelihood) {
        LikelihoodLoss loss = take(g, door, outputs, likelihood);
        loss.targets.set(door, targets, g.firstTarget);
        return loss;
    }

    /** A call that skips the samples whose target is NaN. */
    public static LikelihoodLoss withMissing(Geometry g, Elements door, Object outputs, Object targets,
            Likelihood likelihood) {
        LikelihoodLoss loss = take(g, door, outputs, likelihood);
        loss.targets.setWithMissing(door, targets, g.firstTarget);
        return loss;
    }

    private static LikelihoodLoss take(Geometry g, Elements door, Object outputs, Likelihood likelihood) {
        LikelihoodLoss loss = POOL.take();
        loss.begin(g, door, outputs);
        loss.likelihood = likelihood;
        return loss;
    }

    @Override
    protected LikelihoodLoss forThread() {
        LikelihoodLoss own = POOL.take();
        own.targets.share(targets);
        own.likelihood = likelihood;
        return own.sharing(this);
    }

    @Override
    public void release() {
        forget();
        targets.release();
        POOL.giveBack(this);
    }

    @Override
    protected void findDenominator(LossSum denominator) {
        targets.findDenominator(geometry, denominator);
    }

    @Override
    protected void selectSamples(Block b, int first, int last) {
        targets.select(this, b, first, last);
    }

    /** Nothing is summed over the classes. */
    @Override
    protected int sums() {
        return 0;
    }

    @Override
    protected void finish(Block b) {
        if (writes()) {
            factors.begin(b);
        }
        for (int i = 0; i < b.count(); i++) {
            evaluation.run(this, b, i, likelihood, targets.get(b.sample(i)));
        }
    }

    @Override
    protected void write(Chunk c) {
        evaluation.write(this, c);
    }
}
