package io.github.surprisal.internal;

import java.util.Objects;

/**
 * A loss with its settings: checks the arguments, finds what the mean divides by, runs the criterion over the samples
 * and reduces. Every check comes before the first write. Targets are class indices or class probabilities.
 */
public final class Loss {

    /** Exponents up to this leave room for both parts of a sum of two doubles. */
    private static final int MODERATE = 900;
    private static final String TARGETS = "targets";

    private final LossSettings settings;
    private final String inputName;
    private final Criterion indexCriterion;
    private final Criterion probabilityCriterion;

    private Loss(LossSettings settings, String inputName, Criterion indexCriterion, Criterion probabilityCriterion) {
        KernelSelection.check();
        this.settings = settings;
        this.inputName = inputName;
        this.indexCriterion = indexCriterion;
        this.probabilityCriterion = probabilityCriterion;
    }

    /** Softmax cross-entropy of logits. */
    public static Loss crossEntropy(LossSettings settings) {
        Criterion shares = new SharesCrossEntropy();
        return new Loss(settings, "logits", settings.smooths() ? shares : new IndexCrossEntropy(), shares);
    }

    /** Negative log-likelihood of log-probabilities. */
    public static Loss negativeLogLikelihood(LossSettings settings) {
        return new Loss(settings, "logProbabilities", new IndexNll(), new ProbabilityNll());
    }

    /** The geometry of the short form: a row for each target. */
    public Geometry rows(double[] input, int[] targets) {
        Objects.requireNonNull(input, inputName);
        Objects.requireNonNull(targets, "targets");
        int batch = targets.length;
        if (batch == 0 ? input.length != 0 : input.length == 0 || input.length % batch != 0) {
            throw new IllegalArgumentException(inputName + ".length (" + input.length + ") must be "
                    + (batch == 0 ? "0 where targets is empty"
                    : "a positive multiple of targets.length (" + batch + ")"));
        }
        return Geometry.rows(batch, batch == 0 ? 1 : input.length / batch);
    }

    /** The mean or the sum of the losses. */
    public double forward(Geometry g, double[] input, int[] targets) {
        Objects.requireNonNull(targets, TARGETS);
        return forward(g, input, targets, null);
    }

    /** The mean or the sum of the losses. */
    public double forward(Geometry g, double[] input, double[] targets) {
        Objects.requireNonNull(targets, TARGETS);
        return forward(g, input, null, targets);
    }

    /** The gradient of the mean or the sum, times {@code upstream}. */
    public void backward(Geometry g, double[] input, int[] targets, double upstream, double[] gradient) {
        Objects.requireNonNull(targets, TARGETS);
        backward(g, input, targets, null, upstream, gradient);
    }

    /** The gradient of the mean or the sum, times {@code upstream}. */
    public void backward(Geometry g, double[] input, double[] targets, double upstream, double[] gradient) {
        Objects.requireNonNull(targets, TARGETS);
        backward(g, input, null, targets, upstream, gradient);
    }

    /** Both. */
    public double forwardBackward(Geometry g, double[] input, int[] targets, double upstream, double[] gradient) {
        Objects.requireNonNull(targets, TARGETS);
        return forwardBackward(g, input, targets, null, upstream, gradient);
    }

    /** Both. */
    public double forwardBackward(Geometry g, double[] input, double[] targets, double upstream, double[] gradient) {
        Objects.requireNonNull(targets, TARGETS);
        return forwardBackward(g, input, null, targets, upstream, gradient);
    }

    /** The loss of every sample. */
    public void forwardPerSample(Geometry g, double[] input, int[] targets, double[] losses) {
        Objects.requireNonNull(targets, TARGETS);
        forwardPerSample(g, input, targets, null, losses);
    }

    /** The loss of every sample. */
    public void forwardPerSample(Geometry g, double[] input, double[] targets, double[] losses) {
        Objects.requireNonNull(targets, TARGETS);
        forwardPerSample(g, input, null, targets, losses);
    }

    /** The gradient of every sample's loss, times the sample's upstream. */
    public void backwardPerSample(Geometry g, double[] input, int[] targets, double[] upstream, double[] gradient) {
        Objects.requireNonNull(targets, TARGETS);
        backwardPerSample(g, input, targets, null, upstream, gradient);
    }

    /** The gradient of every sample's loss, times the sample's upstream. */
    public void backwardPerSample(Geometry g, double[] input, double[] targets, double[] upstream, double[] gradient) {
        Objects.requireNonNull(targets, TARGETS);
        backwardPerSample(g, input, null, targets, upstream, gradient);
    }

    /** What the mean divides by. */
    public double denominator(Geometry g, int[] targets) {
        Objects.requireNonNull(targets, TARGETS);
        return denominator(g, targets, null);
    }

    /** What the mean divides by. */
    public double denominator(Geometry g, double[] targets) {
        Objects.requireNonNull(targets, TARGETS);
        return denominator(g, null, targets);
    }

    private double forward(Geometry g, double[] input, int[] indices, double[] probabilities) {
        check(g, input, indices, probabilities);
        return reduce(g, input, indices, probabilities, 1.0, null, true);
    }

    private void backward(Geometry g, double[] input, int[] indices, double[] probabilities, double upstream,
            double[] gradient) {
        check(g, input, indices, probabilities);
        checkGradient(g, probabilities, gradient);
        reduce(g, input, indices, probabilities, upstream, gradient, false);
    }

    private double forwardBackward(Geometry g, double[] input, int[] indices, double[] probabilities, double upstream,
            double[] gradient) {
        check(g, input, indices, probabilities);
        checkGradient(g, probabilities, gradient);
        return reduce(g, input, indices, probabilities, upstream, gradient, true);
    }

    private void forwardPerSample(Geometry g, double[] input, int[] indices, double[] probabilities, double[] losses) {
        check(g, input, indices, probabilities);
        Objects.requireNonNull(losses, "losses");
        Require.holds(losses.length, "losses", g.samples(), g);
        Require.distinct(losses, "losses", input, inputName);
        Require.distinct(losses, "losses", probabilities, "targets");
        perSample(g, input, indices, probabilities, null, null, losses);
    }

    private void backwardPerSample(Geometry g, double[] input, int[] indices, double[] probabilities, double[] upstream,
            double[] gradient) {
        check(g, input, indices, probabilities);
        Objects.requireNonNull(upstream, "upstream");
        Require.holds(upstream.length, "upstream", g.samples(), g);
        checkGradient(g, probabilities, gradient);
        Require.distinct(gradient, "gradient", upstream, "upstream");
        perSample(g, input, indices, probabilities, upstream, gradient, null);
    }

    private double denominator(Geometry g, int[] indices, double[] probabilities) {
        checkTargets(g, indices, probabilities);
        Block block = Block.take();
        try {
            prepare(block.call, g, null, indices, probabilities);
            findDenominator(block.call);
            return block.call.denominatorHigh;
        } finally {
            block.giveBack();
        }
    }

    private void check(Geometry g, double[] input, int[] indices, double[] probabilities) {
        Require.reaches(input, inputName, g);
        checkTargets(g, indices, probabilities);
        Require.distinct(probabilities, "targets", input, inputName);
    }

    private void checkGradient(Geometry g, double[] probabilities, double[] gradient) {
        Require.reaches(gradient, "gradient", g);
        Require.distinct(gradient, "gradient", probabilities, "targets");
    }

    private void checkTargets(Geometry g, int[] indices, double[] probabilities) {
        double[] weights = settings.classWeights;
        if (weights != null && weights.length != g.classes && g.samples() > 0) {
            throw new IllegalArgumentException("classWeights.length (" + weights.length + ") must be " + g.classes
                    + ", the number of classes of layout " + g);
        }
        if (probabilities != null) {
            checkProbabilities(g, probabilities);
        } else {
            checkIndices(g, indices);
        }
    }

    private void checkIndices(Geometry g, int[] targets) {
        Require.holds(targets.length, "targets", g.samples(), g);
        int last = g.classes - 1;
        int signs = 0;
        for (int s = 0; s < g.samples(); s++) {
            signs |= targets[s] | last - targets[s]; // a vector loop: negative if any is out of range
        }
        for (int s = 0; signs < 0 && s < g.samples(); s++) {
            int target = targets[s];
            if ((target < 0 || target >= g.classes) && !settings.ignores(target)) {
                String hint = target == -100 ? "; ignoreIndex(-100) skips such rows" : "";
                throw new IllegalArgumentException(
                        "targets[" + s + "] is " + target + ", but must be in [0, " + g.classes + ")" + hint);
            }
        }
    }

    private static void checkProbabilities(Geometry g, double[] targets) {
        int n = g.samples() * g.classes;
        Require.holds(targets.length, "targets", n, g);
        for (int i = 0; i < n; i++) {
            if (!(targets[i] >= 0.0 && targets[i] <= Double.MAX_VALUE)) {
                throw new IllegalArgumentException(
                        "targets[" + i + "] is " + targets[i] + ", but must be finite and at least 0");
            }
        }
    }

    private LossCall prepare(LossCall call, Geometry g, double[] input, int[] indices, double[] probabilities) {
        call.settings = settings;
        call.geometry = g;
        call.input = input;
        call.indices = indices;
        call.probabilities = probabilities;
        return call;
    }

    private double reduce(Geometry g, double[] input, int[] indices, double[] probabilities, double upstream,
            double[] gradient, boolean lossWanted) {
        Block block = Block.take();
        try {
            LossCall call = prepare(block.call, g, input, indices, probabilities);
            findDenominator(call);
            if (call.denominatorHigh == 0.0 && (settings.mean || !settings.smooths() || call.kept == 0)) {
                return empty(call, gradient, lossWanted);
            }
            call.gradient = gradient;
            findFactor(call, upstream);
            run(block, call);
            return settings.mean
                    ? block.total.dividedBy(call.denominatorHigh, call.denominatorLow)
                    : block.total.dividedBy(1.0, 0.0);
        } finally {
            block.giveBack();
        }
    }

    /** Finds upstream / denominator, or upstream for a sum. */
    private void findFactor(LossCall call, double upstream) {
        call.factorHigh = upstream;
        call.factorLow = 0.0;
        call.factorExponent = 0;
        if (settings.mean) {
            // with both near 1, so that no quotient leaves the range
            int e = Math.abs(upstream) <= Double.MAX_VALUE ? Math.getExponent(upstream) : 0;
            int f = call.denominatorHigh <= Double.MAX_VALUE ? Math.getExponent(call.denominatorHigh) : 0;
            double u = Math.scalb(upstream, -e);
            double high = Math.scalb(call.denominatorHigh, -f);
            double low = Math.scalb(call.denominatorLow, -f);
            double q = u / high;
            double rest = (Math.fma(-q, high, u) - q * low) / high;
            boolean moderate = Math.abs(e - f) <= MODERATE;
            call.factorHigh = moderate ? Math.scalb(q, e - f) : q;
            call.factorLow = moderate ? Math.scalb(rest, e - f) : rest;
            call.factorExponent = moderate ? 0 : e - f;
        }
    }

    private void perSample(Geometry g, double[] input, int[] indices, double[] probabilities, double[] upstream,
            double[] gradient, double[] losses) {
        Block block = Block.take();
        try {
            LossCall call = prepare(block.call, g, input, indices, probabilities);
            call.gradient = gradient;
            call.upstreams = upstream;
            call.factorExponent = 0;
            call.losses = losses;
            run(block, call);
        } finally {
            block.giveBack();
        }
    }

    private void run(Block block, LossCall call) {
        Criterion criterion = call.indices == null ? probabilityCriterion : indexCriterion;
        block.total.begin(call.geometry.group, null);
        if (!settings.execution.splits(call.geometry)) {
            block.rowExecution = settings.execution.splitsRows(call.geometry) ? settings.execution : null;
            criterion.run(call, block, 0, call.geometry.samples());
            block.total.endGroup();
            return;
        }
        double[] sums = Total.sums(call.geometry);
        settings.execution.run(call.geometry, (own, first, last) -> {
            own.total.begin(call.geometry.group, sums);
            criterion.run(call, own, first, last);
            own.total.endGroup();
        });
        block.total.addGroups(sums);
    }

    /**
     * What the mean divides by: the weights of the samples kept, or the number of samples where targets are
     * probabilities.
     */
    private void findDenominator(LossCall call) {
        int samples = call.geometry.samples();
        double high = 0.0;
        double low = 0.0;
        int kept = 0;
        if (call.indices == null || settings.classWeights == null && settings.ignored.length == 0) {
            high = samples;
            kept = samples;
        } else {
            for (int s = 0; s < samples; s++) {
                int target = call.indices[s];
                if (!settings.ignores(target)) {
                    kept++;
                    double weight = settings.weight(target);
                    low += Sums.error(high, weight);
                    high += weight;
                }
            }
        }
        call.kept = kept;
        call.denominatorHigh = high <= Double.MAX_VALUE ? high + low : high;
        call.denominatorLow = call.denominatorHigh <= Double.MAX_VALUE ? (high - call.denominatorHigh) + low : 0.0;
    }

    /**
     * No sample, or none that weighs anything. (With smoothing, samples whose own targets weigh nothing still have a
     * sum.)
     */
    private double empty(LossCall call, double[] gradient, boolean lossWanted) {
        boolean refused = settings.mean && settings.emptyMean == LossSettings.EmptyMeanRule.THROW;
        if (refused && lossWanted) {
            throw new IllegalArgumentException("the mean over layout " + call.geometry
                    + " is empty: its samples must not all be ignored or weigh 0");
        }
        if (gradient != null) {
            call.gradient = gradient;
            for (int s = 0; s < call.geometry.samples(); s++) {
                Criterion.clear(call, call.geometry.address(s));
            }
        }
        return settings.mean && settings.emptyMean == LossSettings.EmptyMeanRule.NAN ? Double.NaN : 0.0;
    }
}
