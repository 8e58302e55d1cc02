package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.likelihoods.Likelihoods;
import io.github.surprisal.internal.likelihoods.Sample;
import io.github.surprisal.internal.likelihoods.Scaled;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All exact cases of src/test/resources/cases/likelihood: losses, gradients, Hessians and Fisher information of single
 * samples, and sums and means of the unrounded results.
 *
 * <p>The error is counted in ulp of the magnitude that a case states, the largest term of the sum, and where nothing
 * cancels in ulp of the value itself.
 */
class LikelihoodCasesTest {

    /**
     * In two doubles almost every result is the nearest double, error 0 here. 1 remains for those that lie half-way
     * between two doubles but for their 60th bit or a later one.
     */
    private static final double BUDGET = 1;

    /** Where the loss is a sum of terms that are not negative. */
    private static final Set<Family> POSITIVE_TERMS = EnumSet.of(Family.BERNOULLI, Family.BINOMIAL, Family.GEOMETRIC,
            Family.NEGATIVE_BINOMIAL, Family.POISSON);
    /** Where the first gradient truly cancels: (1 - y) s(x) - w y s(-x) with soft targets. */
    private static final Set<Family> CANCELLING_GRADIENT = EnumSet.of(Family.BERNOULLI);

    private static final int CASES = 110;

    /** A file, and how its cases name their likelihood. */
    enum Family {
        BERNOULLI {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.bernoulli(c.number("attributes.pos_weight", 1));
            }
        },
        BETA {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.beta();
            }
        },
        BINOMIAL {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.binomial(c.number("attributes.trials"));
            }
        },
        EXPONENTIAL {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.exponential();
            }
        },
        GAMMA {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.gamma();
            }
        },
        GAUSSIAN {
            @Override
            Likelihood of(CaseFile.Case c) {
                return c.has("attributes.variance") ? Likelihoods.gaussian(c.number("attributes.variance"))
                        : Likelihoods.gaussian();
            }
        },
        GEOMETRIC {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.geometric();
            }
        },
        LAPLACE {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.laplace();
            }
        },
        LOGISTIC {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.logistic();
            }
        },
        LOGNORMAL {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.logNormal();
            }
        },
        NEGATIVE_BINOMIAL {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.negativeBinomial();
            }
        },
        POISSON {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.poisson();
            }
        },
        STUDENT_T {
            @Override
            Likelihood of(CaseFile.Case c) {
                return c.has("attributes.degrees_of_freedom")
                        ? Likelihoods.studentT(c.number("attributes.degrees_of_freedom")) : Likelihoods.studentT();
            }
        },
        WEIBULL {
            @Override
            Likelihood of(CaseFile.Case c) {
                return Likelihoods.weibull();
            }
        };

        abstract Likelihood of(CaseFile.Case c);

        List<CaseFile.Case> cases() {
            return CaseFile.read("likelihood/" + name().toLowerCase(Locale.ROOT) + ".cases", CASES);
        }
    }

    /** The errors of one quantity. */
    private static final class Errors {

        private double worst;
        private String where = "";
        private int count;
        private int inexact;
        private int tooFar;

        void add(double error, String place) {
            count++;
            inexact += error > 0 ? 1 : 0;
            tooFar += error > 1 ? 1 : 0;
            if (!(error <= worst)) {
                worst = error;
                where = " at " + place;
            }
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%d values, not the nearest: %d, off by more than 1 ulp: %d, "
                    + "worst %s ulp%s", count, inexact, tooFar, worst, where);
        }
    }

    private final Map<String, Errors> errors = new LinkedHashMap<>();

    @ParameterizedTest
    @EnumSource
    void everyResultIsWithinItsBudget(Family family) {
        for (CaseFile.Case c : family.cases()) {
            check(family, c);
        }
        errors.forEach((quantity, found) -> System.out.println(family + " " + quantity + ": " + found));
        errors.forEach((quantity, found) -> assertThat(found.worst).as(family + " " + quantity + ": " + found)
                .isLessThanOrEqualTo(BUDGET));
    }

    private void check(Family family, CaseFile.Case c) {
        Likelihood likelihood = family.of(c);
        assertThat(likelihood.parameterNames()).as(c.name())
                .containsExactlyElementsOf(List.of(c.text("parameters").replace('_', ' ').split(",")));
        int parameters = likelihood.parameters();
        double[] outputs = c.values("inputs.outputs");
        double[] targets = c.values("inputs.targets");
        Sample sample = new Sample(parameters);
        List<BigDecimal> losses = new ArrayList<>();
        BigDecimal samples = BigDecimal.valueOf(targets.length);
        for (int n = 0; n < targets.length; n++) {
            assertThat(likelihood.accepts(targets[n])).as(c.name()).isTrue();
            evaluate(likelihood::loss, sample, outputs, targets, n);
            double alone = sample.loss.doubleValue();
            evaluate(likelihood::gradient, sample, outputs, targets, n);
            assertThat(sample.loss.doubleValue()).as("%s: loss with and without gradient", c).isEqualTo(alone);
            compare(c, "loss", n, sample.loss);
            if (POSITIVE_TERMS.contains(family)) {
                compareValue(c, "loss", n, sample.loss);
            }
            losses.add(exact(sample.loss));
            for (int p = 0; p < parameters; p++) {
                compare(c, "gradient", n * parameters + p, sample.gradient(p));
                if (p == 0 && !CANCELLING_GRADIENT.contains(family)) {
                    compareValue(c, "gradient", n * parameters, sample.gradient(0));
                }
                mean(c, "mean_gradient", n * parameters + p, exact(sample.gradient(p)), samples,
                        c.values("outputs.gradient_magnitude")[n * parameters + p] / targets.length);
            }
            evaluate(likelihood::hessian, sample, outputs, targets, n);
            for (int p = 0; p < parameters; p++) {
                compare(c, "hessian", n * parameters + p, sample.curvature(p));
            }
            if (likelihood.hasFisher()) {
                evaluate(likelihood::fisher, sample, outputs, targets, n);
                for (int p = 0; p < parameters; p++) {
                    compare(c, "fisher", n * parameters + p, sample.curvature(p));
                }
            }
        }
        double magnitude = 0;
        for (double m : c.values("outputs.loss_magnitude")) {
            magnitude += m / targets.length;
        }
        BigDecimal sum = losses.contains(null) ? null : losses.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        mean(c, "mean", 0, sum, samples, magnitude);
    }

    private static void evaluate(Consumer<Sample> what, Sample sample, double[] outputs, double[] targets, int n) {
        System.arraycopy(outputs, n * sample.outputs.length, sample.outputs, 0, sample.outputs.length);
        sample.target = targets[n];
        what.accept(sample);
    }

    private void compare(CaseFile.Case c, String quantity, int i, Scaled actual) {
        double expected = c.values("outputs." + quantity)[i];
        if (Double.isNaN(expected)) {
            return;
        }
        // Fisher information has no magnitude: nothing of it may cancel.
        String magnitude = "outputs." + quantity + "_magnitude";
        add(c, quantity, i, actual.doubleValue(), expected, c.has(magnitude) ? c.values(magnitude)[i] : expected);
    }

    private void compareValue(CaseFile.Case c, String quantity, int i, Scaled actual) {
        double expected = c.values("outputs." + quantity)[i];
        add(c, quantity + " of the value", i, actual.doubleValue(), expected, expected);
    }

    /** A quotient of exact sums; null stands for one that left the range. */
    private void mean(CaseFile.Case c, String quantity, int i, BigDecimal sum, BigDecimal samples, double magnitude) {
        double expected = c.values("outputs." + quantity)[i];
        double actual = sum == null ? expected
                : sum.divide(samples, new MathContext(60)).doubleValue();
        add(c, quantity, i, actual, expected, magnitude);
    }

    private void add(CaseFile.Case c, String quantity, int i, double actual, double expected, double magnitude) {
        double error = actual == expected ? 0
                : Double.isInfinite(actual) || Double.isInfinite(expected) ? Double.POSITIVE_INFINITY
                : Math.abs(actual - expected) / Math.ulp(magnitude);
        errors.computeIfAbsent(quantity, q -> new Errors())
                .add(error, c.name() + "[" + i + "] = " + actual + ", expected " + expected);
    }

    /** The exact value, or null for an infinity. */
    private static BigDecimal exact(Scaled value) {
        if (!Double.isFinite(value.high())) {
            return null;
        }
        BigDecimal sum = new BigDecimal(value.high()).add(new BigDecimal(value.low()));
        BigDecimal power = new BigDecimal(BigInteger.TWO.pow(Math.abs(value.exponent())));
        return value.exponent() >= 0 ? sum.multiply(power) : sum.divide(power);
    }
}
