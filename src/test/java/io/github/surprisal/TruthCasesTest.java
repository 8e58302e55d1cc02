package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Single rows against the exact values of truth.cases, by distance in ulp, within {@link ErrorBudget}.
 *
 * <p>Every entry point and every place of the row in an array must give the same bits. What was used of the budgets is
 * printed at the end, one line for each quantity and category: the accuracy table of the README.
 */
class TruthCasesTest {

    private static final String ALL = "all";

    /** The target of rows that shall not count. */
    private static final int IGNORED = -1;

    private static final Map<ErrorBudget, Map<String, Ulp.Tally>> TALLIES = new EnumMap<>(ErrorBudget.class);

    static List<Case> truth() {
        return CaseFile.read("truth.cases", 179);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void softmax(Case exact) {
        double[] row = exact.values("scores");
        double[] actual = Softmax.create().forward(row, row.length);
        check(ErrorBudget.SOFTMAX, exact, actual, exact.values("softmax"));
        for (Softmax operator : List.of(Softmax.create(), Softmax.builder().parallel().build())) {
            assertSameBitsEverywhere(actual, row,
                    (logits, place, output) -> operator.forward(logits, place.layout(), output));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void logSoftmax(Case exact) {
        double[] row = exact.values("scores");
        double[] actual = LogSoftmax.create().forward(row, row.length);
        check(ErrorBudget.LOG_SOFTMAX, exact, actual, exact.values("log_softmax"));
        for (LogSoftmax operator : List.of(LogSoftmax.create(), LogSoftmax.builder().parallel().build())) {
            assertSameBitsEverywhere(actual, row,
                    (logits, place, output) -> operator.forward(logits, place.layout(), output));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void loss(Case exact) {
        double[] row = exact.values("scores");
        int target = exact.integer("target");
        double actual = CrossEntropyLoss.create().forward(row, new int[] {target});
        check(ErrorBudget.LOSS, exact, new double[] {actual}, new double[] {exact.number("loss")});
        for (CrossEntropyLoss operator : operators()) {
            for (RowPlacement place : RowPlacement.of(row.length)) {
                double[] logits = place.place(row);
                // Only the row itself counts; the others have an index that is ignored.
                int[] alone = targets(place, target, IGNORED);
                int[] amongOthers = targets(place, target, 0);
                double[] losses = new double[place.samples()];
                assertThat(operator.forward(logits, place.layout(), alone)).as("%s", place).isEqualTo(actual);
                assertThat(operator.forwardBackward(logits, place.layout(), alone, 1, place.padding()))
                        .as("forwardBackward %s", place).isEqualTo(actual);
                operator.forwardPerSample(logits, place.layout(), amongOthers, losses);
                assertThat(losses[place.sample()]).as("per sample %s", place).isEqualTo(actual);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void gradient(Case exact) {
        double[] row = exact.values("scores");
        int target = exact.integer("target");
        double[] actual = CrossEntropyLoss.create().backward(row, new int[] {target});
        check(ErrorBudget.GRADIENT, exact, actual, exact.values("gradient"));
        double[] shortForm = new double[row.length];
        CrossEntropyLoss.create().forwardBackward(row, new int[] {target}, shortForm);
        assertThat(shortForm).as("short form of forwardBackward").isEqualTo(actual);
        for (CrossEntropyLoss operator : operators()) {
            assertSameBitsEverywhere(actual, row, (logits, place, gradient) -> operator.backward(
                    logits, place.layout(), targets(place, target, IGNORED), 1, gradient));
            assertSameBitsEverywhere(actual, row, (logits, place, gradient) -> operator.forwardBackward(
                    logits, place.layout(), targets(place, target, IGNORED), 1, gradient));
            assertSameBitsEverywhere(actual, row, (logits, place, gradient) -> {
                double[] upstream = new double[place.samples()];
                Arrays.fill(upstream, 1);
                operator.backwardPerSample(logits, place.layout(), targets(place, target, 0), upstream, gradient);
            });
        }
    }

    /** The negative log-likelihood of the exact log-probabilities is the exact loss: nothing is left to round. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void lossOfLogProbabilities(Case exact) {
        int[] target = {exact.integer("target")};
        assertThat(NllLoss.create().forward(exact.values("log_softmax"), target) + 0.0)
                .isEqualTo(exact.number("loss") + 0.0);
    }

    /** A class index is the distribution with a single 1: the same loss; the gradient is then a difference. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void oneHotTargets(Case exact) {
        double[] row = exact.values("scores");
        double[] oneHot = new double[row.length];
        oneHot[exact.integer("target")] = 1;
        Layout layout = Layout.of(1, row.length);
        double[] gradient = new double[row.length];
        double loss = CrossEntropyLoss.create().forwardBackward(row, layout, oneHot, 1, gradient);
        assertThat(Ulp.distance(loss, exact.number("loss"))).as("loss %s", loss)
                .isLessThanOrEqualTo(ErrorBudget.LOSS.bound());
        double[] expected = exact.values("gradient");
        double[] probabilities = exact.values("softmax");
        for (int c = 0; c < row.length; c++) {
            long ulps = Ulp.ofMagnitude(gradient[c], expected[c], Math.max(probabilities[c], oneHot[c]));
            assertThat(ulps).as("gradient[%d] = %s, exactly %s", c, gradient[c], expected[c])
                    .isLessThanOrEqualTo(ErrorBudget.CANCELLING_GRADIENT.bound());
        }
    }

    private static List<CrossEntropyLoss> operators() {
        return List.of(CrossEntropyLoss.builder().ignoreIndex(IGNORED).build(),
                CrossEntropyLoss.builder().ignoreIndex(IGNORED).parallel().build(),
                CrossEntropyLoss.builder().ignoreIndex(IGNORED).reduction(Reduction.SUM).build());
    }

    /** The row's target, and one for all other rows. */
    private static int[] targets(RowPlacement place, int target, int others) {
        int[] targets = new int[place.samples()];
        Arrays.fill(targets, others);
        targets[place.sample()] = target;
        return targets;
    }

    private interface Form {
        void apply(double[] logits, RowPlacement place, double[] output);
    }

    private static void assertSameBitsEverywhere(double[] expected, double[] row, Form form) {
        for (RowPlacement place : RowPlacement.of(row.length)) {
            double[] output = place.padding();
            form.apply(place.place(row), place, output);
            assertThat(place.take(output)).as("%s", place).isEqualTo(expected);
            assertThat(place.paddingIsUntouched(output)).as("padding %s", place).isTrue();

            double[] inPlace = place.place(row);
            form.apply(inPlace, place, inPlace);
            assertThat(place.take(inPlace)).as("in place, %s", place).isEqualTo(expected);
            assertThat(place.paddingIsUntouched(inPlace)).as("padding in place, %s", place).isTrue();
        }
    }

    private static void check(ErrorBudget budget, Case exact, double[] actual, double[] expected) {
        Map<String, Ulp.Tally> tallies = TALLIES.computeIfAbsent(budget, key -> new TreeMap<>());
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            long ulps = Ulp.distance(actual[i], expected[i]);
            tallies.computeIfAbsent(ALL, key -> new Ulp.Tally()).add(ulps, exact);
            tallies.computeIfAbsent(exact.text("category"), key -> new Ulp.Tally()).add(ulps, exact);
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(Ulp.distance(actual[i], expected[i]))
                    .as("ulp of %s[%d] = %s, exactly %s", budget, i, actual[i], expected[i])
                    .isLessThanOrEqualTo(budget.bound());
        }
    }

    @AfterAll
    static void report() {
        TALLIES.forEach((budget, categories) -> categories.forEach((category, tally) ->
                System.out.printf("truth.cases %-12s %-18s %s%n", budget, category, tally)));
    }
}
