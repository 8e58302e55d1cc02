package io.github.surprisal.internal;

import java.util.Objects;

/** Softmax and log-softmax, forward and backward, over the samples of a batch. */
public final class SoftmaxOperator {

    private final Execution execution;

    /** An operator that runs as told. */
    public SoftmaxOperator(Execution execution) {
        KernelSelection.check();
        this.execution = execution;
    }

    /** What is done with the samples of a block. */
    private interface Step {
        void run(Block b, double[] first, double[] second, double[] out);
    }

    private static final Step SOFTMAX = (b, logits, unused, probabilities) -> {
        Exponentials of = b.exponentials;
        of.sum(logits, probabilities);
        b.factors.setOne();
        of.divideFactors();
        of.scale(logits, probabilities);
    };

    private static final Step LOG_SOFTMAX = (b, logits, unused, logProbabilities) -> {
        Exponentials of = b.exponentials;
        of.keepGreatestApart(logits);
        of.sum(logits, null);
        of.log();
        of.logProbabilities(logits, logProbabilities);
    };

    private static final Step SOFTMAX_BACKWARD = Products::softmax;
    private static final Step LOG_SOFTMAX_BACKWARD = Products::logSoftmax;

    /** The geometry of the short form: contiguous rows of so many classes. */
    public static Geometry rows(double[] logits, int classes) {
        Objects.requireNonNull(logits, "logits");
        Require.that(classes >= 1, "classes is %d, but must be at least 1", classes);
        Require.that(logits.length % classes == 0, "logits.length (%d) must be a multiple of classes (%d)",
                logits.length, classes);
        return Geometry.rows(logits.length / classes, classes);
    }

    /** Probabilities of logits. */
    public void softmax(Geometry g, double[] logits, double[] probabilities) {
        Require.reaches(logits, "logits", g);
        Require.reaches(probabilities, "probabilities", g);
        run(SOFTMAX, g, logits, null, probabilities);
    }

    /** Log-probabilities of logits. */
    public void logSoftmax(Geometry g, double[] logits, double[] logProbabilities) {
        Require.reaches(logits, "logits", g);
        Require.reaches(logProbabilities, "logProbabilities", g);
        run(LOG_SOFTMAX, g, logits, null, logProbabilities);
    }

    /** The gradient that upstream makes through softmax. */
    public void softmaxBackward(Geometry g, double[] probabilities, double[] upstream, double[] gradient) {
        Require.reaches(probabilities, "probabilities", g);
        Require.reaches(upstream, "upstream", g);
        Require.reaches(gradient, "gradient", g);
        run(SOFTMAX_BACKWARD, g, probabilities, upstream, gradient);
    }

    /** The gradient that upstream makes through log-softmax. */
    public void logSoftmaxBackward(Geometry g, double[] logProbabilities, double[] upstream, double[] gradient) {
        Require.reaches(logProbabilities, "logProbabilities", g);
        Require.reaches(upstream, "upstream", g);
        Require.reaches(gradient, "gradient", g);
        run(LOG_SOFTMAX_BACKWARD, g, logProbabilities, upstream, gradient);
    }

    /** The most probable class of every sample, the first one among equals; -1 where a logit is NaN. */
    public void predict(Geometry g, double[] logits, int[] predicted) {
        Require.reaches(logits, "logits", g);
        Objects.requireNonNull(predicted, "predicted");
        Require.holds(predicted.length, "predicted", g.samples(), g);
        if (execution.splits(g)) {
            execution.run(g, (block, first, last) -> predict(g, logits, predicted, first, last));
        } else {
            predict(g, logits, predicted, 0, g.samples());
        }
    }

    private static void predict(Geometry g, double[] logits, int[] predicted, int first, int last) {
        for (int s = first; s < last; s++) {
            predicted[s] = Exponentials.greatest(logits, g.address(s), g.inner, g.classes);
        }
    }

    private void run(Step step, Geometry g, double[] first, double[] second, double[] out) {
        if (execution.splits(g)) {
            execution.run(g, (block, from, to) -> run(step, block, g, first, second, out, from, to));
            return;
        }
        Block block = Block.take();
        try {
            block.rowExecution = execution.splitsRows(g) ? execution : null;
            run(step, block, g, first, second, out, 0, g.samples());
        } finally {
            block.giveBack();
        }
    }

    private static void run(Step step, Block b, Geometry g, double[] first, double[] second, double[] out, int from,
            int to) {
        for (int s = from; s < to; s += b.count) {
            b.begin(g, s, to, null);
            b.close();
            step.run(b, first, second, out);
        }
    }
}
