package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Random batches against the {@link Oracle}, within {@link ErrorBudget}.
 *
 * <p>{@code -Dsurprisal.oracle.values=1000000} sets how many logits each test draws; the README's accuracy table is
 * measured with a million. Every failure names its seed: {@code new RandomBatch(seed)} is the batch.
 */
class RandomOracleTest {

    private static final int VALUES = Integer.getInteger("surprisal.oracle.values", 60_000);
    private static final long FIRST_SEED = 20_240_229;

    private static final Map<ErrorBudget, Ulp.Tally> TALLIES = new EnumMap<>(ErrorBudget.class);

    /** What exceeded its budget: a test runs to its end, so that the report covers all values, and then fails. */
    private final List<String> violations = new ArrayList<>();

    @Test
    void softmax() {
        forEachBatch(1, (seed, batch) -> {
            Softmax.Builder builder = Softmax.builder();
            Softmax operator = (batch.parallel ? builder.parallel() : builder).build();
            double[] logits = batch.array(batch.rows);
            double[] output = batch.inPlace ? logits : batch.array(null);
            operator.forward(logits, batch.layout, output);
            for (int n = 0; n < batch.rows.length; n++) {
                check(ErrorBudget.SOFTMAX, seed, n, batch.row(output, n), Oracle.softmax(batch.rows[n]));
            }
            assertThat(batch.paddingIsUntouched(output)).as("padding, seed %d", seed).isTrue();
        });
    }

    @Test
    void logSoftmax() {
        forEachBatch(2, (seed, batch) -> {
            LogSoftmax.Builder builder = LogSoftmax.builder();
            LogSoftmax operator = (batch.parallel ? builder.parallel() : builder).build();
            double[] logits = batch.array(batch.rows);
            double[] output = batch.inPlace ? logits : batch.array(null);
            operator.forward(logits, batch.layout, output);
            for (int n = 0; n < batch.rows.length; n++) {
                check(ErrorBudget.LOG_SOFTMAX, seed, n, batch.row(output, n), Oracle.logSoftmax(batch.rows[n]));
            }
            assertThat(batch.paddingIsUntouched(output)).as("padding, seed %d", seed).isTrue();
        });
    }

    @Test
    void crossEntropyOfClassIndices() {
        forEachBatch(3, (seed, batch) -> {
            Oracle.Losses exact =
                    Oracle.crossEntropy(batch.rows, batch.labels, batch.weights, batch.ignored, batch.smoothing);
            int[] labels = batch.labels;
            Layout layout = batch.layout;
            CrossEntropyLoss mean = operator(batch, Reduction.MEAN);
            CrossEntropyLoss sum = operator(batch, Reduction.SUM);
            checkOne(ErrorBudget.DENOMINATOR, seed, "denominator", mean.denominator(layout, labels),
                    exact.denominator());
            double[] losses = new double[batch.rows.length];
            mean.forwardPerSample(batch.array(batch.rows), layout, labels, losses);
            check(ErrorBudget.LOSS, seed, -1, losses, exact.perSample());

            ErrorBudget budget = batch.smoothing == 0 ? ErrorBudget.GRADIENT : ErrorBudget.CANCELLING_GRADIENT;
            double[] perSample = backward(batch, seed, (x, g) ->
                    mean.backwardPerSample(x, layout, labels, batch.upstreamPerSample, g));
            checkGradient(budget, seed, batch, perSample, exact.perSampleGradient(batch.upstreamPerSample));
            for (CrossEntropyLoss operator : new CrossEntropyLoss[] {mean, sum}) {
                double loss = operator.forward(batch.array(batch.rows), layout, labels);
                checkOne(ErrorBudget.LOSS, seed, "loss", loss, operator == mean ? exact.mean() : exact.sum());
                double[] gradient = backward(batch, seed, (x, g) ->
                        operator.backward(x, layout, labels, batch.upstream, g));
                checkGradient(budget, seed, batch, gradient, operator == mean
                        ? exact.meanGradient(batch.upstream) : exact.sumGradient(batch.upstream));
                double[] again = backward(batch, seed, (x, g) -> assertThat(
                        operator.forwardBackward(x, layout, labels, batch.upstream, g))
                        .as("forwardBackward, seed %d", seed).isEqualTo(Double.valueOf(loss)));
                assertThat(again).as("gradient of forwardBackward, seed %d", seed).isEqualTo(gradient);
            }
        });
    }

    @Test
    void crossEntropyOfClassProbabilities() {
        forEachBatch(4, (seed, batch) -> {
            Oracle.Losses exact =
                    Oracle.crossEntropy(batch.rows, batch.probabilities, batch.weights, batch.smoothing);
            double[] targets = batch.dense(batch.probabilities);
            Layout layout = batch.layout;
            CrossEntropyLoss mean = operator(batch, Reduction.MEAN);
            CrossEntropyLoss sum = operator(batch, Reduction.SUM);
            double[] losses = new double[batch.rows.length];
            mean.forwardPerSample(batch.array(batch.rows), layout, targets, losses);
            check(ErrorBudget.LOSS, seed, -1, losses, exact.perSample());

            double[] perSample = backward(batch, seed, (x, g) ->
                    mean.backwardPerSample(x, layout, targets, batch.upstreamPerSample, g));
            checkGradient(ErrorBudget.CANCELLING_GRADIENT, seed, batch, perSample,
                    exact.perSampleGradient(batch.upstreamPerSample));
            for (CrossEntropyLoss operator : new CrossEntropyLoss[] {mean, sum}) {
                double loss = operator.forward(batch.array(batch.rows), layout, targets);
                checkOne(ErrorBudget.LOSS, seed, "loss", loss, operator == mean ? exact.mean() : exact.sum());
                double[] gradient = backward(batch, seed, (x, g) ->
                        operator.backward(x, layout, targets, batch.upstream, g));
                checkGradient(ErrorBudget.CANCELLING_GRADIENT, seed, batch, gradient, operator == mean
                        ? exact.meanGradient(batch.upstream) : exact.sumGradient(batch.upstream));
                double[] again = backward(batch, seed, (x, g) -> assertThat(
                        operator.forwardBackward(x, layout, targets, batch.upstream, g))
                        .as("forwardBackward, seed %d", seed).isEqualTo(Double.valueOf(loss)));
                assertThat(again).as("gradient of forwardBackward, seed %d", seed).isEqualTo(gradient);
            }
        });
    }

    /** The negative log-likelihood is one product a sample, so that its expected values need no oracle. */
    @Test
    void negativeLogLikelihood() {
        forEachBatch(5, (seed, batch) -> {
            NllLoss.Builder builder = NllLoss.builder().ignoreIndex(RandomBatch.IGNORED, 1000);
            builder = batch.weights == null ? builder : builder.classWeights(batch.weights);
            NllLoss operator = (batch.parallel ? builder.parallel() : builder).build();
            double[][] logProbabilities = batch.rows.clone();
            Arrays.setAll(logProbabilities, n -> Oracle.logSoftmax(batch.rows[n]));
            double[] losses = new double[batch.rows.length];
            operator.forwardPerSample(batch.array(logProbabilities), batch.layout, batch.labels, losses);
            double[] gradient = batch.array(null);
            operator.backwardPerSample(batch.array(logProbabilities), batch.layout, batch.labels,
                    batch.upstreamPerSample, gradient);
            for (int n = 0; n < losses.length; n++) {
                int label = batch.labels[n];
                boolean kept = !batch.ignored.contains(label);
                double weight = !kept ? 0 : batch.weights == null ? 1 : batch.weights[label];
                double expected = weight == 0 ? 0 : -weight * logProbabilities[n][label];
                assertThat(Ulp.distance(losses[n], expected)).as("loss %d, seed %d", n, seed).isZero();
                double[] expectedRow = new double[batch.layout.classes()];
                if (kept) {
                    expectedRow[label] = -weight * batch.upstreamPerSample[n];
                }
                for (int c = 0; c < expectedRow.length; c++) {
                    assertThat(Ulp.distance(gradient[batch.position(n, c)], expectedRow[c]))
                            .as("gradient [%d, %d], seed %d", n, c, seed).isZero();
                }
            }
            assertThat(batch.paddingIsUntouched(gradient)).as("padding, seed %d", seed).isTrue();
        });
    }

    /**
     * Fed with correctly rounded probabilities. Their rounding, half an ulp each, moves the exact result already; what
     * counts is the error beyond that, so that any evaluation of the product is judged alike.
     */
    @Test
    void softmaxBackward() {
        forEachBatch(6, (seed, batch) -> {
            Softmax.Builder builder = Softmax.builder();
            Softmax operator = (batch.parallel ? builder.parallel() : builder).build();
            double[][] upstream = batch.upstreamRows();
            double[] forward = batch.array(mapRows(batch, Oracle::softmax));
            double[] gradient = batch.array(upstream);
            operator.backward(forward.clone(), batch.inPlace ? gradient : gradient.clone(), batch.layout, gradient);
            for (int n = 0; n < batch.rows.length; n++) {
                if (ExactRow.of(batch.rows[n]) != null) {
                    checkDerivative(ErrorBudget.SOFTMAX_BACKWARD, seed, n, batch.row(gradient, n),
                            Oracle.softmaxBackward(batch.rows[n], upstream[n]),
                            inputError(batch.row(forward, n), upstream[n]));
                }
            }
            assertThat(batch.paddingIsUntouched(gradient)).as("padding, seed %d", seed).isTrue();
        });
    }

    /** How far half an ulp in each probability moves sum_j p_i p_j (u_i - u_j). */
    private static double[] inputError(double[] probabilities, double[] upstream) {
        double[] error = new double[upstream.length];
        for (int i = 0; i < error.length; i++) {
            double ofOwn = 0;
            double ofOthers = 0;
            for (int j = 0; j < error.length; j++) {
                ofOwn += probabilities[j] * Math.abs(upstream[i] - upstream[j]);
                ofOthers += Math.ulp(probabilities[j]) * Math.abs(upstream[i] - upstream[j]);
            }
            error[i] = 0.5 * (Math.ulp(probabilities[i]) * ofOwn + probabilities[i] * ofOthers);
        }
        return error;
    }

    /**
     * For the log-probabilities as given: exp turns the rounding of a log-probability of -700 into 500 ulp of the
     * probability, which no operator that sees only the rounded value can undo.
     */
    @Test
    void logSoftmaxBackward() {
        forEachBatch(7, (seed, batch) -> {
            LogSoftmax.Builder builder = LogSoftmax.builder();
            LogSoftmax operator = (batch.parallel ? builder.parallel() : builder).build();
            double[][] upstream = batch.upstreamRows();
            double[][] forward = mapRows(batch, Oracle::logSoftmax);
            double[] gradient = batch.array(upstream);
            operator.backward(batch.array(forward), batch.inPlace ? gradient : gradient.clone(), batch.layout,
                    gradient);
            for (int n = 0; n < batch.rows.length; n++) {
                if (ExactRow.of(batch.rows[n]) != null) {
                    checkDerivative(ErrorBudget.LOG_SOFTMAX_BACKWARD, seed, n, batch.row(gradient, n),
                            Oracle.logSoftmaxBackwardOfLogProbabilities(forward[n], upstream[n]));
                }
            }
            assertThat(batch.paddingIsUntouched(gradient)).as("padding, seed %d", seed).isTrue();
        });
    }

    private interface BatchTest {
        void run(long seed, RandomBatch batch);
    }

    /** Draws batches from seeds of their own until they hold {@link #VALUES} logits. */
    private void forEachBatch(int stream, BatchTest test) {
        long seed = FIRST_SEED + ((long) stream << 28);
        for (int values = 0; values < VALUES; seed++) {
            RandomBatch batch = new RandomBatch(seed);
            test.run(seed, batch);
            values += 1 + batch.layout.samples() * batch.layout.classes();
        }
        assertThat(violations.stream().limit(10)).as("the first of %d violations", violations.size()).isEmpty();
    }

    private static CrossEntropyLoss operator(RandomBatch batch, Reduction reduction) {
        CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().reduction(reduction)
                .labelSmoothing(batch.smoothing).ignoreIndex(RandomBatch.IGNORED, 1000);
        builder = batch.weights == null ? builder : builder.classWeights(batch.weights);
        return (batch.parallel ? builder.parallel() : builder).build();
    }

    private interface RowFunction {
        double[] apply(double[] row);
    }

    private static double[][] mapRows(RandomBatch batch, RowFunction function) {
        double[][] mapped = new double[batch.rows.length][];
        Arrays.setAll(mapped, n -> function.apply(batch.rows[n]));
        return mapped;
    }

    private interface Backward {
        void run(double[] logits, double[] gradient);
    }

    /** Runs a backward form, in place or not, and checks the padding. */
    private static double[] backward(RandomBatch batch, long seed, Backward form) {
        double[] logits = batch.array(batch.rows);
        double[] gradient = batch.inPlace ? logits : batch.array(null);
        form.run(logits, gradient);
        assertThat(batch.paddingIsUntouched(gradient)).as("padding, seed %d", seed).isTrue();
        return gradient;
    }

    private void checkGradient(
            ErrorBudget budget, long seed, RandomBatch batch, double[] gradient, Oracle.Derivative[] exact) {
        for (int n = 0; n < exact.length; n++) {
            if (budget == ErrorBudget.GRADIENT) {
                check(budget, seed, n, batch.row(gradient, n), exact[n].value());
            } else {
                checkDerivative(budget, seed, n, batch.row(gradient, n), exact[n]);
            }
        }
    }

    private void checkOne(ErrorBudget budget, long seed, String what, double actual, double exact) {
        record(budget, seed, what, Ulp.distance(actual, exact), actual, exact);
    }

    private void check(ErrorBudget budget, long seed, int row, double[] actual, double[] exact) {
        for (int i = 0; i < exact.length; i++) {
            record(budget, seed, row + ", " + i, Ulp.distance(actual[i], exact[i]), actual[i], exact[i]);
        }
    }

    private void checkDerivative(
            ErrorBudget budget, long seed, int row, double[] actual, Oracle.Derivative exact) {
        checkDerivative(budget, seed, row, actual, exact, new double[actual.length]);
    }

    /** {@code allowance} is the part of the error that is not the operator's. */
    private void checkDerivative(
            ErrorBudget budget, long seed, int row, double[] actual, Oracle.Derivative exact, double[] allowance) {
        for (int i = 0; i < actual.length; i++) {
            double expected = exact.value()[i];
            double own = Math.abs(actual[i] - expected) <= allowance[i] ? expected
                    : actual[i] - Math.copySign(allowance[i], actual[i] - expected);
            long ulps = Ulp.ofMagnitude(own, expected, exact.magnitude()[i]);
            record(budget, seed, row + ", " + i, ulps, actual[i], expected);
        }
    }

    private void record(ErrorBudget budget, long seed, String place, long ulps, double actual, double exact) {
        TALLIES.computeIfAbsent(budget, key -> new Ulp.Tally()).add(ulps, "seed " + seed);
        if (ulps > budget.bound()) {
            violations.add(String.format("%s [%s] = %s, exactly %s: %d ulp; seed %d",
                    budget, place, actual, exact, ulps, seed));
        }
    }

    @AfterAll
    static void report() {
        TALLIES.forEach((budget, tally) -> System.out.printf("random %-20s %s%n", budget, tally));
    }
}
