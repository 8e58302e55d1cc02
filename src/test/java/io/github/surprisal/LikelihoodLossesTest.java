package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All exact cases of src/test/resources/cases/likelihood through the public types: losses, gradients, Hessians and
 * Fisher information of samples, the mean and its gradient. {@link LikelihoodCasesTest} is the same for the arithmetic
 * below.
 */
class LikelihoodLossesTest {

    private static final int CASES = 110;

    /** A file, how its cases name their loss, and the greatest error in ulp of the magnitude. */
    enum Family {
        /**
         * One vector exponential and logarithm, 2^-54.6 and 2^-57.4 off, products in two doubles and a rounding: below
         * 1; 2 where the value is subnormal.
         */
        BERNOULLI(2) {
            @Override
            Loss of(CaseFile.Case c) {
                return BinaryCrossEntropyLoss.builder().positiveWeights(c.number("attributes.pos_weight", 1)).build();
            }
        },
        BETA, BINOMIAL, EXPONENTIAL, GAMMA, GAUSSIAN, GEOMETRIC, LAPLACE, LOGISTIC, LOGNORMAL, NEGATIVE_BINOMIAL,
        POISSON, STUDENT_T, WEIBULL;

        private final double budget;

        /** Two doubles throughout, rounded once: 1 for what lies half-way between doubles but for late bits. */
        Family() {
            this(1);
        }

        Family(double budget) {
            this.budget = budget;
        }

        Loss of(CaseFile.Case c) {
            return DistributionLoss.of(distribution(c));
        }

        private Distribution distribution(CaseFile.Case c) {
            return switch (this) {
                case BETA -> Distribution.beta();
                case BINOMIAL -> Distribution.binomial(c.number("attributes.trials"));
                case EXPONENTIAL -> Distribution.exponential();
                case GAMMA -> Distribution.gamma();
                case GAUSSIAN -> c.has("attributes.variance")
                        ? Distribution.gaussian(c.number("attributes.variance")) : Distribution.gaussian();
                case GEOMETRIC -> Distribution.geometric();
                case LAPLACE -> Distribution.laplace();
                case LOGISTIC -> Distribution.logistic();
                case LOGNORMAL -> Distribution.logNormal();
                case NEGATIVE_BINOMIAL -> Distribution.negativeBinomial();
                case POISSON -> Distribution.poisson();
                case STUDENT_T -> c.has("attributes.degrees_of_freedom")
                        ? Distribution.studentT(c.number("attributes.degrees_of_freedom")) : Distribution.studentT();
                case WEIBULL -> Distribution.weibull();
                default -> throw new AssertionError(this);
            };
        }

        boolean hasFisher() {
            return this != NEGATIVE_BINOMIAL;
        }

        List<CaseFile.Case> cases() {
            return CaseFile.read("likelihood/" + name().toLowerCase(Locale.ROOT) + ".cases", CASES);
        }
    }

    private final Map<String, Double> worst = new LinkedHashMap<>();
    private final Map<String, String> where = new LinkedHashMap<>();

    @ParameterizedTest
    @EnumSource
    void everyCaseIsWithinItsBudget(Family family) {
        for (CaseFile.Case c : family.cases()) {
            check(family, c);
        }
        worst.forEach((quantity, error) -> System.out.printf(Locale.ROOT, "%s %s: worst %.3f ulp%s%n", family, quantity,
                error, where.get(quantity)));
        worst.forEach((quantity, error) -> assertThat(error).as(family + " " + quantity + where.get(quantity))
                .isLessThanOrEqualTo(family.budget));
    }

    private void check(Family family, CaseFile.Case c) {
        Loss loss = family.of(c);
        double[] outputs = c.values("inputs.outputs");
        double[] targets = c.values("inputs.targets");
        Layout layout = Layout.of(targets.length, outputs.length / targets.length);
        double[] losses = new double[targets.length];
        double[] gradient = new double[outputs.length];
        double[] curvature = new double[outputs.length];
        double[] ones = new double[targets.length];
        Arrays.fill(ones, 1);

        loss.forwardPerSample(outputs, layout, targets, losses);
        compare(c, "loss", losses, magnitudes(c, "loss"));
        loss.backwardPerSample(outputs, layout, targets, ones, gradient);
        compare(c, "gradient", gradient, magnitudes(c, "gradient"));
        loss.curvature(outputs, layout, targets, Curvature.HESSIAN, gradient, curvature);
        compare(c, "gradient", gradient, magnitudes(c, "gradient"));
        compare(c, "hessian", curvature, magnitudes(c, "hessian"));
        if (family.hasFisher()) {
            loss.curvature(outputs, layout, targets, Curvature.FISHER, gradient, curvature);
            compare(c, "gradient", gradient, magnitudes(c, "gradient"));
            compare(c, "fisher", curvature, c.values("outputs.fisher"));
        }
        double magnitude = 0;
        for (double m : magnitudes(c, "loss")) {
            magnitude += m / targets.length;
        }
        double mean = loss.forwardBackward(outputs, layout, targets, 1.0, gradient);
        compare(c, "mean", new double[] {mean}, new double[] {magnitude});
        compare(c, "mean_gradient", gradient, Arrays.stream(magnitudes(c, "gradient"))
                .map(m -> m / targets.length).toArray());
    }

    private static double[] magnitudes(CaseFile.Case c, String quantity) {
        return c.values("outputs." + quantity + "_magnitude");
    }

    private void compare(CaseFile.Case c, String quantity, double[] actual, double[] magnitude) {
        double[] expected = c.values("outputs." + quantity);
        for (int i = 0; i < expected.length; i++) {
            if (Double.isNaN(expected[i])) {
                continue;
            }
            double error = actual[i] == expected[i] ? 0
                    : Double.isInfinite(actual[i]) || Double.isInfinite(expected[i]) ? Double.POSITIVE_INFINITY
                    : Math.abs(actual[i] - expected[i]) / Math.ulp(magnitude[i]);
            if (!(error <= worst.getOrDefault(quantity, 0.0))) {
                where.put(quantity, " at " + c.name() + "[" + i + "] = " + actual[i] + ", expected " + expected[i]);
            }
            // a NaN never passes
            worst.merge(quantity, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error, Math::max);
        }
    }
}
