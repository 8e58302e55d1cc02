package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Why a loss is a negative log-likelihood, and why it is not computed by the formula in the textbook. */
@DisplayName("Cross-entropy is the negative logarithm of the likelihood")
class LikelihoodTest {

    private static final CrossEntropyLoss SUM = CrossEntropyLoss.builder().reduction(Reduction.SUM).build();

    @Test
    @DisplayName("for labels 1, 3 and 5, exp(-loss) is the product of the three probabilities")
    void likelihoodIsTheProductOfProbabilities() {
        int classes = 6;
        int[] labels = {1, 3, 5};
        double[] logits = {
            0.2, 1.5, -0.3, 0.0, 0.7, -1.1,
            -0.4, 0.1, 0.9, 2.2, -2.0, 0.3,
            1.0, 0.0, -1.0, 0.5, 0.2, 1.7};

        double[] p = Softmax.create().forward(logits, classes);
        double likelihood = p[1] * p[classes + 3] * p[2 * classes + 5];

        // Three roundings in the product; exp turns the loss's own half ulp (of about 2) into a relative 2.2e-16.
        assertThat(Math.exp(-SUM.forward(logits, labels))).isCloseTo(likelihood, within(1e-15 * likelihood));
    }

    @Test
    @DisplayName("for ten thousand samples the product underflows to 0, while the sum of logarithms is exact")
    void theLogarithmSurvivesWhereTheLikelihoodUnderflows() {
        int samples = 10_000;
        int classes = 6;
        Random random = new Random(3);
        double[] logits = random.doubles(samples * classes, -2, 2).toArray();
        int[] labels = random.ints(samples, 0, classes).toArray();

        double[] p = Softmax.create().forward(logits, classes);
        double likelihood = 1;
        for (int n = 0; n < samples; n++) {
            likelihood *= p[n * classes + labels[n]];
        }
        double loss = SUM.forward(logits, labels);

        assertThat(likelihood).as("a probability of about 10^-9000").isZero();
        double[][] rows = Batches.rows(Layout.of(samples, classes), logits);
        double exact = Oracle.crossEntropy(rows, labels, null, Set.of(), 0).sum();
        assertThat(Ulp.distance(loss, exact)).as("%s, exactly %s", loss, exact)
                .isLessThanOrEqualTo(ErrorBudget.LOSS.bound());
    }

    @Test
    @DisplayName("what was impossible costs infinitely much, what was certain costs nothing")
    void lossAtProbabilityZeroAndOne() {
        double[] certain = {0, Double.NEGATIVE_INFINITY};
        assertThat(Softmax.create().forward(certain, 2)).containsExactly(1, 0);
        assertThat(SUM.forward(certain, new int[] {0})).as("-log 1").isZero();
        assertThat(SUM.forward(certain, new int[] {1})).as("-log 0").isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(NllLoss.create().forward(certain, new int[] {1})).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    @DisplayName("the textbook's exp(x) / sum exp(x) overflows at a logit of 1000")
    void exponentialsOverflowWithoutShift() {
        double[] logits = {1000, 999};
        double naive = Math.exp(1000) / (Math.exp(1000) + Math.exp(999));

        assertThat(naive).as("Infinity / Infinity").isNaN();
        double[] expected = {0.7310585786300049, 0.2689414213699951};
        assertUlp(Softmax.create().forward(logits, 2), expected, ErrorBudget.SOFTMAX);
        assertUlp(SUM.forward(logits, new int[] {0}), 0.3132616875182229, ErrorBudget.LOSS);
    }

    @Test
    @DisplayName("the logarithm of an underflowed softmax is infinite")
    void logarithmOfUnderflowedSoftmax() {
        double[] logits = {1000, 0};
        double naive = -Math.log(Math.exp(0 - 1000) / (1 + Math.exp(0 - 1000)));

        assertThat(naive).as("-log 0").isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(SUM.forward(logits, new int[] {1})).isEqualTo(1000);
    }

    @Test
    @DisplayName("p - 1 is 0 for a confident row, although its loss and gradient are 3.7e-44")
    void gradientOfConfidentRow() {
        double[] logits = {100, 0};
        double p = 1 / (1 + Math.exp(-100));
        double tail = 3.720075976020836e-44; // exp(-100) to the nearest double; 1 + exp(-100) changes no digit of it

        assertThat(p - 1).as("the naive gradient").isZero();
        assertThat(-Math.log(p)).as("the naive loss").isZero();
        double[] gradient = new double[2];
        double loss = SUM.forwardBackward(logits, new int[] {0}, gradient);
        assertUlp(loss, tail, ErrorBudget.LOSS);
        assertUlp(gradient, new double[] {-tail, tail}, ErrorBudget.GRADIENT);
    }

    @Test
    @DisplayName("a probability clipped at 1e-10 caps the loss at 23")
    void clippingCapsTheLoss() {
        double[] logits = {500, 0};
        double p = Softmax.create().forward(logits, 2)[1];
        double clipped = -Math.log(Math.max(p, 1e-10));

        assertThat(clipped).as("-log 1e-10, whatever the logits").isCloseTo(23.026, within(0.001));
        assertThat(SUM.forward(logits, new int[] {1})).as("a row twice as wrong costs twice as much").isEqualTo(500);
    }

    private static void assertUlp(double actual, double exact, ErrorBudget budget) {
        assertUlp(new double[] {actual}, new double[] {exact}, budget);
    }

    private static void assertUlp(double[] actual, double[] exact, ErrorBudget budget) {
        assertThat(actual).hasSameSizeAs(exact);
        for (int i = 0; i < exact.length; i++) {
            assertThat(Ulp.distance(actual[i], exact[i])).as("[%d] = %s, exactly %s", i, actual[i], exact[i])
                    .isLessThanOrEqualTo(budget.bound());
        }
    }
}
