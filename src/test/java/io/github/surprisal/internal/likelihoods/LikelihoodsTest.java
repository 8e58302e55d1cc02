package io.github.surprisal.internal.likelihoods;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every likelihood: no NaN from finite numbers, limits, identities between distributions. */
class LikelihoodsTest {

    private static final int SAMPLES = 100_000;
    private static final long SEED = 20_260_731;

    private static final double[] SPECIAL = {0.0, -0.0, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MIN_NORMAL, 1e-300,
        -1e-300, 1, -1, 745.2, -745.2, 1e15, -1e15, 1e300, -1e300, Double.MAX_VALUE, -Double.MAX_VALUE};

    /** Every likelihood, with ordinary and extreme options. */
    static Map<String, Likelihood> all() {
        Map<String, Likelihood> all = new LinkedHashMap<>();
        all.put("laplace", Likelihoods.laplace());
        all.put("logistic", Likelihoods.logistic());
        all.put("gaussian", Likelihoods.gaussian());
        all.put("studentT", Likelihoods.studentT());
        all.put("logNormal", Likelihoods.logNormal());
        all.put("poisson", Likelihoods.poisson());
        all.put("negativeBinomial", Likelihoods.negativeBinomial());
        all.put("geometric", Likelihoods.geometric());
        all.put("gamma", Likelihoods.gamma());
        all.put("exponential", Likelihoods.exponential());
        all.put("weibull", Likelihoods.weibull());
        all.put("beta", Likelihoods.beta());
        for (double option : new double[] {Double.MIN_VALUE, 1e-300, 0.3, 1, 2.5, 1e15, 1e300, Double.MAX_VALUE}) {
            all.put("gaussian " + option, Likelihoods.gaussian(option));
            all.put("studentT " + option, Likelihoods.studentT(option));
            all.put("logNormal " + option, Likelihoods.logNormal(option));
            all.put("negativeBinomial " + option, Likelihoods.negativeBinomial(option));
            all.put("binomial " + option, Likelihoods.binomial(option));
            all.put("gamma " + option, Likelihoods.gamma(option));
            all.put("weibull " + option, Likelihoods.weibull(option));
            all.put("bernoulli " + option, Likelihoods.bernoulli(option));
        }
        all.put("bernoulli 0", Likelihoods.bernoulli(0));
        return all;
    }

    static Iterable<Map.Entry<String, Likelihood>> entries() {
        return all().entrySet();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void finiteNumbersNeverGiveNaN(Map.Entry<String, Likelihood> entry) {
        Likelihood likelihood = entry.getValue();
        Sample sample = new Sample(likelihood.parameters());
        SplittableRandom random = new SplittableRandom(SEED);
        // The option makes no new code path: fewer samples for each.
        int samples = entry.getKey().contains(" ") ? SAMPLES / 10 : SAMPLES;
        for (int i = 0; i < samples; i++) {
            for (int p = 0; p < sample.outputs.length; p++) {
                sample.outputs[p] = anyDouble(random);
            }
            sample.target = target(likelihood, random);
            String what = entry.getKey() + " " + Arrays.toString(sample.outputs) + " " + sample.target;
            likelihood.gradient(sample);
            settled(sample.loss, what);
            likelihood.hessian(sample);
            for (int p = 0; p < sample.outputs.length; p++) {
                settled(sample.gradient(p), what);
                settled(sample.curvature(p), what);
            }
            if (likelihood.hasFisher()) {
                likelihood.fisher(sample);
                for (int p = 0; p < sample.outputs.length; p++) {
                    settled(sample.curvature(p), what);
                    assertThat(sample.curvature(p).high()).as(what).isGreaterThanOrEqualTo(0);
                }
            }
        }
    }

    private static void settled(Scaled value, String what) {
        if (Double.isNaN(value.high()) || Double.isNaN(value.low()) || Double.isNaN(value.doubleValue())
                || Double.isInfinite(value.low()) || value.exponent != (int) value.exponent
                || Math.abs(value.low()) > Math.ulp(value.high()) / 2 && Double.isFinite(value.high())
                || value.exponent == 0 && value.high() + value.low() != value.high()) {
            throw new AssertionError(what + " gives " + value);
        }
    }

    /** Any finite double by its bits, or a special one, or an ordinary one. */
    private static double anyDouble(SplittableRandom random) {
        switch (random.nextInt(3)) {
            case 0:
                return SPECIAL[random.nextInt(SPECIAL.length)];
            case 1:
                return random.nextDouble(-800, 800);
            default:
                double value = Double.longBitsToDouble(random.nextLong());
                return Double.isFinite(value) ? value : 0;
        }
    }

    private static double target(Likelihood likelihood, SplittableRandom random) {
        while (true) {
            double value = anyDouble(random);
            if (likelihood.accepts(value)) {
                return value;
            }
            value = random.nextDouble();
            if (likelihood.accepts(value)) {
                return value;
            }
            if (likelihood.accepts(0)) {
                return 0;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void targetsOutsideTheSupportAreNotAccepted(Map.Entry<String, Likelihood> entry) {
        Likelihood likelihood = entry.getValue();
        String support = likelihood.support();
        assertThat(likelihood.accepts(Double.NaN)).isFalse();
        assertThat(likelihood.accepts(Double.POSITIVE_INFINITY)).isFalse();
        assertThat(likelihood.accepts(Double.NEGATIVE_INFINITY)).isFalse();
        assertThat(likelihood.accepts(-1)).isEqualTo(support.startsWith("(-Inf"));
        assertThat(likelihood.accepts(0)).isEqualTo(support.startsWith("[0") || support.startsWith("(-Inf"));
        assertThat(likelihood.accepts(-0.0)).isEqualTo(likelihood.accepts(0));
        if (support.endsWith("Infinity)")) {
            assertThat(likelihood.accepts(Double.MAX_VALUE)).isTrue();
        } else {
            double end = Double.parseDouble(support.substring(support.indexOf(' ') + 1, support.length() - 1));
            assertThat(likelihood.accepts(end)).isEqualTo(support.endsWith("]"));
            assertThat(likelihood.accepts(Math.nextUp(end))).isFalse();
            assertThat(likelihood.accepts(Math.nextDown(end))).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aNaNOutputMakesItsSampleNaN(Map.Entry<String, Likelihood> entry) {
        Likelihood likelihood = entry.getValue();
        for (int p = 0; p < likelihood.parameters(); p++) {
            Sample sample = sample(likelihood, 0.5, new double[likelihood.parameters()]);
            if (!likelihood.accepts(0.5)) {
                sample.target = 0;
            }
            sample.outputs[p] = Double.NaN;
            likelihood.gradient(sample);
            assertThat(sample.loss.doubleValue()).isNaN();
            likelihood.hessian(sample);
            for (int q = 0; q < likelihood.parameters(); q++) {
                assertThat(sample.gradient(q).doubleValue()).isNaN();
                assertThat(sample.curvature(q).doubleValue()).isNaN();
            }
        }
    }

    @Test
    void infiniteOutputsGiveLimits() {
        double inf = Double.POSITIVE_INFINITY;
        check(Likelihoods.bernoulli(1), 0, 0, 0, -inf);
        check(Likelihoods.bernoulli(1), 1, inf, -1, -inf);
        check(Likelihoods.bernoulli(1), 1, 0, 0, inf);
        check(Likelihoods.bernoulli(1), 0.25, inf, 0.75, inf);
        check(Likelihoods.poisson(), 0, 0, 0, -inf);
        check(Likelihoods.poisson(), 3, inf, -3, -inf);
        check(Likelihoods.poisson(), 3, inf, inf, inf);
        check(Likelihoods.geometric(), 0, 0, 0, inf);
        check(Likelihoods.geometric(), 2, inf, 2, inf);
        check(Likelihoods.binomial(5), 5, 0, 0, inf);
        check(Likelihoods.binomial(5), 4, inf, 1, inf);
        check(Likelihoods.exponential(), 0, -inf, 1, -inf);
        check(Likelihoods.exponential(), 2, inf, -inf, -inf);
        check(Likelihoods.gaussian(), 1, inf, inf, inf, 0);
        check(Likelihoods.gaussian(), 1, inf, 0, 0, inf);
        check(Likelihoods.gaussian(), 1, inf, -inf, 0, -inf);
        check(Likelihoods.gaussian(), 1, Double.NaN, Double.NaN, inf, inf);
        check(Likelihoods.studentT(), 1, inf, 0, inf, 0, 0);
        check(Likelihoods.studentT(), 1, inf, 0, -inf, 0, 0);
        check(Likelihoods.studentT(), 1, inf, -2, 0, -inf, 0);
        check(Likelihoods.studentT(), 1, inf, 0, 0, inf, 0);
        check(Likelihoods.laplace(), 1, inf, 1, inf, 0);
        check(Likelihoods.logistic(), 1, inf, -1, -inf, 0);
        check(Likelihoods.logNormal(), 1, inf, -inf, -inf, 0);
        check(Likelihoods.gamma(), 2, inf, 1, inf, 0);
        check(Likelihoods.weibull(), 2, inf, 1, inf, 0);
        check(Likelihoods.negativeBinomial(), 0, 0, 0, -inf, 0);
        check(Likelihoods.negativeBinomial(), 2, inf, -2, -inf, 0);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void oneInfiniteOutputGivesNoNaN(Map.Entry<String, Likelihood> entry) {
        Likelihood likelihood = entry.getValue();
        for (int i = 0; i < 2 * likelihood.parameters(); i++) {
            Sample sample = sample(likelihood, likelihood.accepts(0.75) ? 0.75 : 0, 0.5, 0.5, 0.5);
            sample.outputs[i / 2] = i % 2 == 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            String what = entry.getKey() + " " + Arrays.toString(sample.outputs);
            likelihood.gradient(sample);
            settled(sample.loss, what);
            likelihood.hessian(sample);
            for (int p = 0; p < sample.outputs.length; p++) {
                settled(sample.gradient(p), what);
                settled(sample.curvature(p), what);
            }
        }
    }

    /** With every parameter's limit: Student's t to Gaussian, the negative binomial to Poisson. */
    @Test
    void shapesAtInfinityAreTheLimitingDistribution() {
        double inf = Double.POSITIVE_INFINITY;
        Sample t = evaluated(Likelihoods.studentT(), 1.5, -0.25, 0.375, inf);
        Sample gaussian = evaluated(Likelihoods.gaussian(), 1.5, -0.25, 0.75);
        // Different formulas: the last bits of two doubles differ.
        near(t.loss, gaussian.loss, 0x1p-95);
        near(t.gradient(0), gaussian.gradient(0), 0x1p-95);
        // s = 2b
        near(t.gradient(1), gaussian.gradient(1).twice(), 0x1p-95);
        assertThat(t.gradient(2).doubleValue()).isZero();
        Sample binomial = evaluated(Likelihoods.negativeBinomial(), 4, 1.25, inf);
        Sample poisson = evaluated(Likelihoods.poisson(), 4, 1.25);
        near(binomial.loss, poisson.loss, 0x1p-95);
        near(binomial.gradient(0), poisson.gradient(0), 0x1p-95);
        assertThat(binomial.gradient(1).doubleValue()).isZero();
    }

    @Test
    void theNegativeBinomialApproachesPoisson() {
        // The losses differ by ((y - mu)^2 - y) / (2r) to first order: 2^-60 of a few units.
        Sample binomial = evaluated(Likelihoods.negativeBinomial(0x1p60), 4, 1.25);
        Sample poisson = evaluated(Likelihoods.poisson(), 4, 1.25);
        near(binomial.loss, poisson.loss, 0x1p-58);
        near(binomial.gradient(0), poisson.gradient(0), 0x1p-57);
        Sample rougher = evaluated(Likelihoods.negativeBinomial(0x1p20), 4, 1.25);
        assertThat(rougher.loss.doubleValue()).isNotEqualTo(poisson.loss.doubleValue());
    }

    /** The same quantities by different formulas agree to the last bits of two doubles. */
    @Test
    void distributionsThatAreEqualAgree() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 2_000; i++) {
            double m = random.nextDouble(-20, 20);
            double y = Math.scalb(random.nextDouble() + 1e-9, random.nextInt(-20, 20));
            agree(evaluated(Likelihoods.exponential(), y, m), evaluated(Likelihoods.gamma(1), y, m), 1);
            agree(evaluated(Likelihoods.exponential(), y, m), evaluated(Likelihoods.weibull(1), y, m), 1);
            agree(evaluated(Likelihoods.gamma(), y, m, 0), evaluated(Likelihoods.gamma(1), y, m), 1);
            agree(evaluated(Likelihoods.weibull(), y, m, 0), evaluated(Likelihoods.weibull(1), y, m), 1);
            agree(evaluated(Likelihoods.gaussian(), y, m, 0), evaluated(Likelihoods.gaussian(1), y, m), 1);
            agree(evaluated(Likelihoods.logNormal(), y, m, 0), evaluated(Likelihoods.logNormal(1), y, m), 1);
            agree(evaluated(Likelihoods.studentT(), y, m, 0.5, 0), evaluated(Likelihoods.studentT(1), y, m, 0.5), 2);
            agree(evaluated(Likelihoods.negativeBinomial(), y, m, 0),
                    evaluated(Likelihoods.negativeBinomial(1), y, m), 1);
            // The log mean of the geometric distribution is -x: the gradient changes its sign.
            double whole = Math.rint(y);
            Sample counted = evaluated(Likelihoods.geometric(), whole, -m);
            counted.gradient(0).negate();
            agree(evaluated(Likelihoods.negativeBinomial(1), whole, m), counted, 1);
            // One trial is a Bernoulli experiment; with halves the binomial coefficient is another.
            double label = i % 2;
            agree(evaluated(Likelihoods.binomial(1), label, m), evaluated(Likelihoods.bernoulli(1), label, m), 1);
        }
    }

    private static void agree(Sample actual, Sample expected, int parameters) {
        // Some 2^-60 of the loss, and of the larger terms of the gradient: beyond what a double shows.
        near(actual.loss, expected.loss, 0x1p-58);
        for (int p = 0; p < parameters; p++) {
            near(actual.gradient(p), expected.gradient(p), 0x1p-58);
        }
    }

    /** The difference in two doubles, relative to 1 or the larger of the two. */
    private static void near(Scaled actual, Scaled expected, double tolerance) {
        double difference = new Scaled().set(actual).subtract(expected).doubleValue();
        assertThat(Math.abs(difference)).as(actual + " and " + expected)
                .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(expected.doubleValue())));
    }

    private static Sample sample(Likelihood likelihood, double target, double... outputs) {
        Sample sample = new Sample(likelihood.parameters());
        System.arraycopy(outputs, 0, sample.outputs, 0, sample.outputs.length);
        sample.target = target;
        return sample;
    }

    private static Sample evaluated(Likelihood likelihood, double target, double... outputs) {
        Sample sample = sample(likelihood, target, outputs);
        likelihood.gradient(sample);
        return sample;
    }

    private static void check(Likelihood likelihood, double target, double loss, double gradient, double... outputs) {
        Sample sample = evaluated(likelihood, target, outputs);
        String what = likelihood.parameterNames() + " at " + target;
        assertThat(Double.valueOf(sample.loss.doubleValue())).as(what).isEqualTo(Double.valueOf(loss));
        // The sign of a zero gradient says nothing.
        assertThat(Double.valueOf(sample.gradient(0).doubleValue() + 0.0)).as(what).isEqualTo(Double.valueOf(gradient));
    }

    /** What leaves the range of double keeps its value, so that a mean can bring it back. */
    @Test
    void resultsOutOfRangeComeWithAnExponent() {
        Sample sample = evaluated(Likelihoods.poisson(), 0, 800);
        assertThat(sample.loss.doubleValue()).isInfinite();
        assertThat(sample.loss.exponent()).isPositive();
        near(new Scaled().set(sample.loss).divide(0x1p600), Elementary.exp(new Scaled().set(800)).divide(0x1p600),
                0x1p-90);
        sample = evaluated(Likelihoods.poisson(), 0, -800);
        assertThat(sample.loss.doubleValue()).isZero();
        assertThat(sample.loss.exponent()).isNegative();
        assertThat(sample.loss.high()).isPositive();
        sample = evaluated(Likelihoods.poisson(), 0, -300);
        assertThat(sample.loss.exponent()).isZero();
        assertThat(sample.loss.doubleValue()).isEqualTo(StrictMath.exp(-300));
    }

    @Test
    void evaluationsAllocateNothing() {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        for (Map.Entry<String, Likelihood> entry : all().entrySet()) {
            Likelihood likelihood = entry.getValue();
            Sample sample = sample(likelihood, likelihood.accepts(0.5) ? 0.5 : 0, new double[likelihood.parameters()]);
            Consumer<Sample> everything = s -> {
                likelihood.gradient(s);
                likelihood.hessian(s);
                likelihood.fisher(s);
            };
            // The first calls load classes and link the lambda.
            for (int i = 0; i < 3; i++) {
                everything.accept(sample);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20; i++) {
                everything.accept(sample);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            // The question itself may allocate; twenty evaluations with a single object each would be 320 bytes.
            assertThat(allocated).as(entry.getKey()).isLessThan(320);
        }
    }
}
