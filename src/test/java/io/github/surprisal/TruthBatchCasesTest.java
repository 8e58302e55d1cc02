package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import io.github.surprisal.CaseFile.Tensor;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole calls against the exact values of truth-batch.cases, within {@link ErrorBudget}. */
class TruthBatchCasesTest {

    private static final Map<ErrorBudget, Ulp.Tally> TALLIES = new EnumMap<>(ErrorBudget.class);

    static List<Case> crossEntropyCases() {
        return cases("cross_entropy");
    }

    static List<Case> softmaxBackwardCases() {
        return cases("softmax_backward");
    }

    static List<Case> logSoftmaxBackwardCases() {
        return cases("log_softmax_backward");
    }

    private static List<Case> cases(String op) {
        return CaseFile.read("truth-batch.cases", 61).stream().filter(exact -> exact.text("op").equals(op)).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("crossEntropyCases")
    void crossEntropy(Case exact) {
        LossCase lossCase = LossCase.ofPyTorch(exact, "scores");
        LossCase.Result actual = lossCase.run();
        double[] loss = exact.values("outputs.loss");
        assertThat(actual.loss()).hasSameSizeAs(loss);
        for (int n = 0; n < loss.length; n++) {
            check(ErrorBudget.LOSS, exact, n, Ulp.distance(actual.loss()[n], loss[n]), actual.loss()[n], loss[n]);
        }
        if (lossCase.cancels()) {
            checkByMagnitude(ErrorBudget.CANCELLING_GRADIENT, exact, actual.gradient());
            return;
        }
        double[] gradient = exact.values("outputs.grad_scores");
        for (int i = 0; i < gradient.length; i++) {
            check(ErrorBudget.GRADIENT, exact, i, Ulp.distance(actual.gradient()[i], gradient[i]),
                    actual.gradient()[i], gradient[i]);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("softmaxBackwardCases")
    void softmaxBackward(Case exact) {
        for (Softmax operator : List.of(Softmax.create(), Softmax.builder().parallel().build())) {
            Layout layout = layout(exact);
            double[] scores = exact.values("inputs.scores");
            double[] upstream = exact.values("inputs.grad_output");
            double[] probabilities = new double[scores.length];
            operator.forward(scores, layout, probabilities);
            double[] gradient = new double[scores.length];
            operator.backward(probabilities, upstream, layout, gradient);
            checkByMagnitude(ErrorBudget.SOFTMAX_BACKWARD, exact, gradient);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("logSoftmaxBackwardCases")
    void logSoftmaxBackward(Case exact) {
        for (LogSoftmax operator : List.of(LogSoftmax.create(), LogSoftmax.builder().parallel().build())) {
            Layout layout = layout(exact);
            double[] scores = exact.values("inputs.scores");
            double[] upstream = exact.values("inputs.grad_output");
            double[] logProbabilities = new double[scores.length];
            operator.forward(scores, layout, logProbabilities);
            double[] gradient = new double[scores.length];
            operator.backward(logProbabilities, upstream, layout, gradient);
            checkByMagnitude(ErrorBudget.LOG_SOFTMAX_BACKWARD, exact, gradient);
        }
    }

    private static Layout layout(Case exact) {
        Tensor scores = exact.tensor("inputs.scores");
        return Layout.alongAxis(exact.integer("attributes.axis"), scores.shape());
    }

    /** In units in the last place of the larger of the two terms whose difference the gradient is. */
    private static void checkByMagnitude(ErrorBudget budget, Case exact, double[] gradient) {
        double[] expected = exact.values("outputs.grad_scores");
        double[] magnitude = exact.values("outputs.grad_magnitude");
        assertThat(gradient).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            check(budget, exact, i, Ulp.ofMagnitude(gradient[i], expected[i], magnitude[i]), gradient[i], expected[i]);
        }
    }

    private static void check(ErrorBudget budget, Case exact, int i, long ulps, double actual, double expected) {
        TALLIES.computeIfAbsent(budget, key -> new Ulp.Tally()).add(ulps, exact);
        assertThat(ulps).as("ulp of %s[%d] = %s, exactly %s", budget, i, actual, expected)
                .isLessThanOrEqualTo(budget.bound());
    }

    @AfterAll
    static void report() {
        TALLIES.forEach((budget, tally) -> System.out.printf("truth-batch.cases %-20s %s%n", budget, tally));
    }
}
