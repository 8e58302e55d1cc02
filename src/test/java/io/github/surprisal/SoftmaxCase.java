package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import io.github.surprisal.CaseFile.Tensor;

/** A softmax or log-softmax case of the files, along any axis, run through every form; all must give the same bits. */
final class SoftmaxCase {

    private final Layout layout;
    private final double[] scores;

    SoftmaxCase(Case source) {
        Tensor tensor = source.tensor("inputs.scores");
        layout = Layout.alongAxis(source.integer("attributes.axis"), tensor.shape());
        scores = tensor.values();
    }

    double[] softmax() {
        double[] actual = run(Softmax.create()::forward);
        assertThat(run(Softmax.builder().parallel().build()::forward)).as("parallel").isEqualTo(actual);
        if (layout.inner() == 1) {
            assertThat(Softmax.create().forward(scores, layout.classes())).as("short form").isEqualTo(actual);
        }
        return actual;
    }

    double[] logSoftmax() {
        double[] actual = run(LogSoftmax.create()::forward);
        assertThat(run(LogSoftmax.builder().parallel().build()::forward)).as("parallel").isEqualTo(actual);
        if (layout.inner() == 1) {
            assertThat(LogSoftmax.create().forward(scores, layout.classes())).as("short form").isEqualTo(actual);
        }
        return actual;
    }

    double[] softmaxBackward(double[] upstream) {
        double[] probabilities = softmax();
        return runBackward(Softmax.create()::backward, probabilities, upstream);
    }

    double[] logSoftmaxBackward(double[] upstream) {
        double[] logProbabilities = logSoftmax();
        return runBackward(LogSoftmax.create()::backward, logProbabilities, upstream);
    }

    private interface Forward {
        void into(double[] scores, Layout layout, double[] output);
    }

    private interface Backward {
        void into(double[] output, double[] upstream, Layout layout, double[] gradient);
    }

    private double[] run(Forward forward) {
        double[] output = new double[scores.length];
        forward.into(scores, layout, output);
        double[] inPlace = scores.clone();
        forward.into(inPlace, layout, inPlace);
        assertThat(inPlace).as("in place").isEqualTo(output);
        return output;
    }

    private double[] runBackward(Backward backward, double[] output, double[] upstream) {
        double[] gradient = new double[scores.length];
        backward.into(output, upstream, layout, gradient);
        double[] overUpstream = upstream.clone();
        backward.into(output, overUpstream, layout, overUpstream);
        assertThat(overUpstream).as("in place of the upstream").isEqualTo(gradient);
        double[] overOutput = output.clone();
        backward.into(overOutput, upstream, layout, overOutput);
        assertThat(overOutput).as("in place of the forward result").isEqualTo(gradient);
        return gradient;
    }
}
