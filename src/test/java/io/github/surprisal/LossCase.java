package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import io.github.surprisal.CaseFile.Tensor;
import java.util.Arrays;
import java.util.Set;

/**
 * A cross-entropy or negative-log-likelihood case of the files, run through every entry point that can express it.
 *
 * <p>{@link #run} demands that all of them return the same bits: forward, forwardBackward, backward, in place, the
 * short form, and each of these in parallel.
 */
final class LossCase {

    private final Case source;
    private final String scoresKey;
    private final String reduction;
    private final double smoothing;
    private final double[] weights;
    private final Set<Integer> ignored;
    private final Layout layout;
    private final double[] scores;

    /** Exactly one of the two is null. */
    private final int[] labels;
    private final double[] targets;

    /** What multiplies the gradient: one value a sample for reduction none, one value otherwise. */
    private final double[] upstream;

    /** Losses (one a sample for reduction none, otherwise one) and the gradient in the order of the scores. */
    record Result(double[] loss, double[] gradient) {
    }

    private LossCase(Case source, String scoresKey, Set<Integer> ignoredByDefault) {
        this.source = source;
        this.scoresKey = scoresKey;
        Tensor tensor = source.tensor("inputs." + scoresKey);
        layout = tensor.layout();
        scores = tensor.values();
        labels = source.has("inputs.labels") ? source.tensor("inputs.labels").integers() : null;
        targets = source.values("inputs.targets");
        weights = source.values("inputs.weights");
        reduction = source.text("attributes.reduction");
        smoothing = source.number("attributes.label_smoothing", 0);
        ignored = source.has("attributes.ignore_index")
                ? Set.of(source.integer("attributes.ignore_index"))
                : ignoredByDefault;
        upstream = source.has("inputs.grad_output") ? source.values("inputs.grad_output") : ones();
    }

    /** A case of the convention of PyTorch, where label -100 is ignored unless another one is named. */
    static LossCase ofPyTorch(Case source, String scoresKey) {
        return new LossCase(source, scoresKey, Set.of(-100));
    }

    /** A case of the convention of ONNX, where no label is ignored unless one is named. */
    static LossCase ofOnnx(Case source, String scoresKey) {
        return new LossCase(source, scoresKey, Set.of());
    }

    private double[] ones() {
        double[] ones = new double[perSample() ? layout.samples() : 1];
        Arrays.fill(ones, 1);
        return ones;
    }

    private boolean perSample() {
        return reduction.equals("none");
    }

    /** The log-softmax of the scores, which ONNX and ONNX Runtime return beside the loss. */
    double[] logProbabilities() {
        double[] logProbabilities = new double[scores.length];
        LogSoftmax.create().forward(scores, layout, logProbabilities);
        return logProbabilities;
    }

    /** Whether the gradient is a difference of two terms, so that only their size bounds its error. */
    boolean cancels() {
        return targets != null || smoothing != 0;
    }

    Result run() {
        return scoresKey.equals("log_prob") ? runNllLoss() : runCrossEntropy();
    }

    private Result runCrossEntropy() {
        Result sequential = run(crossEntropy().build());
        assertSame("parallel", run(crossEntropy().parallel().build()), sequential);
        return sequential;
    }

    private CrossEntropyLoss.Builder crossEntropy() {
        CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().labelSmoothing(smoothing)
                .ignoreIndex(ignored.stream().mapToInt(Integer::intValue).toArray())
                .reduction(reduction.equals("sum") ? Reduction.SUM : Reduction.MEAN);
        return weights == null ? builder : builder.classWeights(weights);
    }

    private Result runNllLoss() {
        Result sequential = run(nllLoss().build());
        assertSame("parallel", run(nllLoss().parallel().build()), sequential);
        return sequential;
    }

    private NllLoss.Builder nllLoss() {
        NllLoss.Builder builder = NllLoss.builder()
                .ignoreIndex(ignored.stream().mapToInt(Integer::intValue).toArray())
                .reduction(reduction.equals("sum") ? Reduction.SUM : Reduction.MEAN);
        return weights == null ? builder : builder.classWeights(weights);
    }

    private Result run(CrossEntropyLoss operator) {
        if (targets != null) {
            return perSample()
                    ? runForms(losses -> operator.forwardPerSample(scores, layout, targets, losses),
                            (x, g) -> operator.backwardPerSample(x, layout, targets, upstream, g), null)
                    : runForms(loss -> loss[0] = operator.forward(scores, layout, targets),
                            (x, g) -> operator.backward(x, layout, targets, upstream[0], g),
                            (x, g) -> operator.forwardBackward(x, layout, targets, upstream[0], g));
        }
        if (perSample()) {
            return runForms(losses -> operator.forwardPerSample(scores, layout, labels, losses),
                    (x, g) -> operator.backwardPerSample(x, layout, labels, upstream, g), null);
        }
        Result full = runForms(loss -> loss[0] = operator.forward(scores, layout, labels),
                (x, g) -> operator.backward(x, layout, labels, upstream[0], g),
                (x, g) -> operator.forwardBackward(x, layout, labels, upstream[0], g));
        if (shortFormApplies()) {
            assertSame("short form", runForms(loss -> loss[0] = operator.forward(scores, labels),
                    (x, g) -> System.arraycopy(operator.backward(x, labels), 0, g, 0, g.length),
                    (x, g) -> operator.forwardBackward(x, labels, g)), full);
        }
        return full;
    }

    private Result run(NllLoss operator) {
        if (perSample()) {
            return runForms(losses -> operator.forwardPerSample(scores, layout, labels, losses),
                    (x, g) -> operator.backwardPerSample(x, layout, labels, upstream, g), null);
        }
        Result full = runForms(loss -> loss[0] = operator.forward(scores, layout, labels),
                (x, g) -> operator.backward(x, layout, labels, upstream[0], g),
                (x, g) -> operator.forwardBackward(x, layout, labels, upstream[0], g));
        if (shortFormApplies()) {
            assertSame("short form", runForms(loss -> loss[0] = operator.forward(scores, labels),
                    (x, g) -> System.arraycopy(operator.backward(x, labels), 0, g, 0, g.length),
                    (x, g) -> operator.forwardBackward(x, labels, g)), full);
        }
        return full;
    }

    /** The short form knows two dimensions only, needs a row to know the classes, and has no upstream. */
    private boolean shortFormApplies() {
        return layout.inner() == 1 && layout.batch() > 0 && upstream[0] == 1;
    }

    private interface Forward {
        void into(double[] loss);
    }

    private interface Backward {
        void from(double[] scores, double[] gradient);
    }

    private interface ForwardBackward {
        double from(double[] scores, double[] gradient);
    }

    /** Runs forward, backward and forwardBackward (null for reduction none), separate and in place. */
    private Result runForms(Forward forward, Backward backward, ForwardBackward both) {
        double[] loss = new double[upstream.length];
        forward.into(loss);
        Result result = new Result(loss, garbage());
        backward.from(scores, result.gradient);
        double[] inPlace = scores.clone();
        backward.from(inPlace, inPlace);
        assertSame("backward in place", new Result(loss, inPlace), result);
        if (both != null) {
            double[] gradient = garbage();
            double value = both.from(scores, gradient);
            assertSame("forwardBackward", new Result(new double[] {value}, gradient), result);
            double[] shared = scores.clone();
            value = both.from(shared, shared);
            assertSame("forwardBackward in place", new Result(new double[] {value}, shared), result);
        }
        return result;
    }

    /** A gradient buffer whose old content would show, were it added to or left standing. */
    private double[] garbage() {
        double[] garbage = new double[scores.length];
        Arrays.fill(garbage, 12345);
        return garbage;
    }

    private void assertSame(String form, Result actual, Result expected) {
        assertThat(actual.loss).as("loss of %s, %s", source.name(), form).isEqualTo(expected.loss);
        assertThat(actual.gradient).as("gradient of %s, %s", source.name(), form).isEqualTo(expected.gradient);
    }

    /** The same case by the oracle, in the order of {@link Result}, with the magnitudes of the gradient's terms. */
    Exact exact() {
        double[][] rows = Batches.rows(layout, scores);
        Oracle.Losses oracle = labels != null
                ? Oracle.crossEntropy(rows, labels, weights, ignored, smoothing)
                : Oracle.crossEntropy(rows, Batches.rows(layout, targets), weights, smoothing);
        double[] loss = switch (reduction) {
            case "none" -> oracle.perSample();
            case "sum" -> new double[] {oracle.sum()};
            default -> new double[] {oracle.mean()};
        };
        Oracle.Derivative[] gradient = switch (reduction) {
            case "none" -> oracle.perSampleGradient(upstream);
            case "sum" -> oracle.sumGradient(upstream[0]);
            default -> oracle.meanGradient(upstream[0]);
        };
        return new Exact(loss, Batches.flat(layout, gradient, Oracle.Derivative::value),
                Batches.flat(layout, gradient, Oracle.Derivative::magnitude));
    }

    record Exact(double[] loss, double[] gradient, double[] magnitude) {
    }
}
