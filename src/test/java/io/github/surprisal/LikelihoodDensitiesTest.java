package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.likelihoods.Likelihoods;
import io.github.surprisal.internal.likelihoods.Sample;
import io.github.surprisal.internal.likelihoods.Scaled;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Losses against the textbook densities in big numbers, gradients and Hessians against their central differences, at
 * random ordinary outputs; the forms with a fixed parameter as well. Independent of the formulas that the library uses.
 */
class LikelihoodDensitiesTest {

    private static final int SAMPLES = 150;
    private static final long SEED = 20_260_801;

    /** Differences with this step are 2^-70 off, times a third or fourth derivative; BigGamma's 2^-160 allow it. */
    private static final BigFloat STEP = BigFloat.powerOfTwo(-36);

    /** A likelihood and minus the logarithm of its density, of a target and outputs. */
    enum Density {
        GAUSSIAN(Likelihoods.gaussian()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return gaussian(y.subtract(x[0]), x[1]);
            }
        },
        GAUSSIAN_FIXED(Likelihoods.gaussian(2.5)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return gaussian(y.subtract(x[0]), BigGamma.log(BigFloat.of(2.5)));
            }
        },
        LAPLACE(Likelihoods.laplace()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return BigGamma.LN2.add(x[1]).add(y.subtract(x[0]).abs().multiply(x[1].negate().exp()));
            }
        },
        LOGISTIC(Likelihoods.logistic()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                BigFloat z = y.subtract(x[0]).multiply(x[1].negate().exp()).round();
                return z.add(x[1]).add(softplus(z.negate()).scaleByPowerOfTwo(1));
            }
        },
        STUDENT_T(Likelihoods.studentT()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return studentT(y, x[0], x[1], x[2].exp());
            }
        },
        STUDENT_T_FIXED(Likelihoods.studentT(3.5)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return studentT(y, x[0], x[1], BigFloat.of(3.5));
            }
        },
        LOG_NORMAL(Likelihoods.logNormal()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return BigGamma.log(y).add(gaussian(BigGamma.log(y).subtract(x[0]), x[1]));
            }
        },
        LOG_NORMAL_FIXED(Likelihoods.logNormal(0.75)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return BigGamma.log(y)
                        .add(gaussian(BigGamma.log(y).subtract(x[0]), BigGamma.log(BigFloat.of(0.75))));
            }
        },
        POISSON(Likelihoods.poisson()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return x[0].exp().subtract(y.multiply(x[0])).add(lgamma(y.add(BigFloat.ONE)));
            }
        },
        NEGATIVE_BINOMIAL(Likelihoods.negativeBinomial()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return negativeBinomial(y, x[0], x[1].exp());
            }
        },
        NEGATIVE_BINOMIAL_FIXED(Likelihoods.negativeBinomial(0.375)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return negativeBinomial(y, x[0], BigFloat.of(0.375));
            }
        },
        GEOMETRIC(Likelihoods.geometric()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return softplus(x[0].negate()).add(y.multiply(softplus(x[0])));
            }
        },
        BINOMIAL(Likelihoods.binomial(40)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                BigFloat n = BigFloat.of(40);
                BigFloat one = BigFloat.ONE;
                BigFloat choose = lgamma(n.add(one)).subtract(lgamma(y.add(one)))
                        .subtract(lgamma(n.subtract(y).add(one)));
                return y.multiply(softplus(x[0].negate())).add(n.subtract(y).multiply(softplus(x[0])))
                        .subtract(choose);
            }
        },
        GAMMA(Likelihoods.gamma()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return gamma(y, x[0], x[1].exp());
            }
        },
        GAMMA_FIXED(Likelihoods.gamma(6.5)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return gamma(y, x[0], BigFloat.of(6.5));
            }
        },
        EXPONENTIAL(Likelihoods.exponential()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return x[0].add(y.multiply(x[0].negate().exp()));
            }
        },
        WEIBULL(Likelihoods.weibull()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return weibull(y, x[0], x[1].exp());
            }
        },
        WEIBULL_FIXED(Likelihoods.weibull(1.75)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return weibull(y, x[0], BigFloat.of(1.75));
            }
        },
        BETA(Likelihoods.beta()) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                BigFloat a = x[0].exp();
                BigFloat b = x[1].exp();
                return lgamma(a).add(lgamma(b)).subtract(lgamma(a.add(b).round()))
                        .subtract(a.subtract(BigFloat.ONE).multiply(BigGamma.log(y)))
                        .subtract(b.subtract(BigFloat.ONE).multiply(BigGamma.log(BigFloat.ONE.subtract(y))));
            }
        },
        BERNOULLI(Likelihoods.bernoulli(9.7)) {
            @Override
            BigFloat loss(BigFloat y, BigFloat... x) {
                return BigFloat.of(9.7).multiply(y).multiply(softplus(x[0].negate()))
                        .add(BigFloat.ONE.subtract(y).multiply(softplus(x[0])));
            }
        };

        private final Likelihood likelihood;

        Density(Likelihood likelihood) {
            this.likelihood = likelihood;
        }

        abstract BigFloat loss(BigFloat y, BigFloat... x);
    }

    private static BigFloat softplus(BigFloat x) {
        return x.exp().log1p();
    }

    private static BigFloat lgamma(BigFloat x) {
        return BigGamma.stirling(x).add(x.subtract(BigGamma.HALF).multiply(BigGamma.log(x))).subtract(x)
                .add(BigGamma.LOG_2PI.multiply(BigGamma.HALF)).round();
    }

    private static BigFloat gaussian(BigFloat d, BigFloat s) {
        return BigGamma.LOG_2PI.add(s).add(d.multiply(d).multiply(s.negate().exp())).multiply(BigGamma.HALF);
    }

    private static BigFloat studentT(BigFloat y, BigFloat m, BigFloat b, BigFloat nu) {
        BigFloat z = y.subtract(m).multiply(b.negate().exp()).round();
        BigFloat h = nu.multiply(BigGamma.HALF);
        BigFloat logPiNu = BigGamma.LOG_2PI.subtract(BigGamma.LN2).add(BigGamma.log(nu));
        return lgamma(h).subtract(lgamma(h.add(BigGamma.HALF))).add(logPiNu.multiply(BigGamma.HALF)).add(b)
                .add(h.add(BigGamma.HALF).multiply(z.multiply(z).divide(nu).log1p()));
    }

    private static BigFloat negativeBinomial(BigFloat y, BigFloat m, BigFloat r) {
        BigFloat ratio = m.exp().divide(r);
        return lgamma(r).subtract(lgamma(r.add(y).round())).add(lgamma(y.add(BigFloat.ONE)))
                .add(r.multiply(ratio.log1p()))
                .add(y.multiply(BigFloat.ONE.divide(ratio).log1p()));
    }

    private static BigFloat gamma(BigFloat y, BigFloat m, BigFloat k) {
        BigFloat logRatio = BigGamma.log(y).subtract(m);
        return BigGamma.log(y).add(lgamma(k)).subtract(k.multiply(BigGamma.log(k).add(logRatio)))
                .add(k.multiply(logRatio.exp()));
    }

    private static BigFloat weibull(BigFloat y, BigFloat l, BigFloat k) {
        BigFloat h = k.multiply(BigGamma.log(y).subtract(l)).round();
        return BigGamma.log(y).subtract(BigGamma.log(k)).add(h.exp()).subtract(h);
    }

    @ParameterizedTest
    @EnumSource
    void lossesAndDerivativesAreThoseOfTheTextbookDensity(Density density) {
        Likelihood likelihood = density.likelihood;
        int parameters = likelihood.parameters();
        Sample sample = new Sample(parameters);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < SAMPLES; i++) {
            BigFloat[] outputs = new BigFloat[parameters];
            for (int p = 0; p < parameters; p++) {
                sample.outputs[p] = random.nextDouble(-4, 4);
                outputs[p] = BigFloat.of(sample.outputs[p]);
            }
            do {
                sample.target = i % 2 == 0 ? random.nextDouble(-1, 8) : random.nextInt(8);
                sample.target = i % 4 == 0 ? random.nextDouble() : sample.target;
                sample.target = likelihood.support().equals("(0, 1)") ? random.nextDouble() : sample.target;
            } while (!likelihood.accepts(sample.target));
            BigFloat y = BigFloat.of(sample.target);
            String where = density + " at " + sample.target + " with " + java.util.Arrays.toString(sample.outputs);
            BigFloat middle = density.loss(y, outputs);
            likelihood.gradient(sample);
            near(where + ": loss", sample.loss, middle);
            for (int p = 0; p < parameters; p++) {
                BigFloat output = outputs[p];
                outputs[p] = output.add(STEP);
                BigFloat above = density.loss(y, outputs);
                outputs[p] = output.subtract(STEP);
                BigFloat below = density.loss(y, outputs);
                outputs[p] = output;
                near(where + ": gradient " + p, sample.gradient(p),
                        above.subtract(below).divide(STEP.scaleByPowerOfTwo(1)));
                likelihood.hessian(sample);
                near(where + ": Hessian " + p, sample.curvature(p),
                        above.add(below).subtract(middle.scaleByPowerOfTwo(1)).divide(STEP.multiply(STEP)));
            }
        }
    }

    /** Within 2^-55, relative to 1 or the value: more bits than a double has, and as many as the differences have. */
    private static void near(String what, Scaled actual, BigFloat expected) {
        BigFloat value = BigFloat.of(actual.high()).add(BigFloat.of(actual.low()))
                .scaleByPowerOfTwo(actual.exponent());
        BigFloat bound = BigFloat.max(BigFloat.ONE, expected.abs()).scaleByPowerOfTwo(-55);
        assertThat(value.subtract(expected).abs().compareTo(bound)).as("%s: %s instead of %s", what, value, expected)
                .isLessThanOrEqualTo(0);
    }
}
