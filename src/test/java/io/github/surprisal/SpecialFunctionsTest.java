package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.surprisal.internal.likelihoods.Scaled;
import io.github.surprisal.internal.likelihoods.SpecialFunction;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The special functions of the likelihoods on 20,000 random arguments each against big numbers: relative errors. */
class SpecialFunctionsTest {

    private static final int ARGUMENTS = 20_000;
    private static final long SEED = 20_260_730;

    /** A function with its exact counterpart, the size of its arguments and the bound of its error, a power of two. */
    enum Checked {
        EXP(SpecialFunction.EXP, 2900, true, -102) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return x.exp();
            }
        },
        EXPM1(SpecialFunction.EXPM1, 2900, true, -96) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return x.magnitude() < SMALL ? exponentialSeries(x, 1) : x.exp().subtract(BigFloat.ONE);
            }
        },
        EXPM1_MINUS_ARGUMENT(SpecialFunction.EXPM1_MINUS_ARGUMENT, 2900, true, -88) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return x.magnitude() < SMALL ? exponentialSeries(x, 2)
                        : x.exp().subtract(BigFloat.ONE).subtract(x);
            }
        },
        LOG(SpecialFunction.LOG, Double.MAX_VALUE, false, -104) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.log(x);
            }
        },
        LOG1P(SpecialFunction.LOG1P, Double.MAX_VALUE, true, -102) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.log1p(x);
            }
        },
        ARGUMENT_MINUS_LOG1P(SpecialFunction.ARGUMENT_MINUS_LOG1P, Double.MAX_VALUE, true, -94) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return x.magnitude() < SMALL ? logarithmSeries(x) : x.subtract(BigGamma.log1p(x));
            }
        },
        SOFTPLUS(SpecialFunction.SOFTPLUS, 700, true, -97) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return x.exp().log1p();
            }
        },
        SIGMOID(SpecialFunction.SIGMOID, 2900, true, -101) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigFloat.ONE.divide(BigFloat.ONE.add(x.negate().exp()));
            }
        },
        STIRLING(SpecialFunction.STIRLING, 0x1p1000, false, -89) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.stirling(x);
            }
        },
        ETA(SpecialFunction.ETA, 0x1p1000, false, -97) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.eta(x);
            }
        },
        ZETA(SpecialFunction.ZETA, 0x1p1000, false, -97) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.zeta(x);
            }
        },
        LOG_FACTORIAL_EXCESS(SpecialFunction.LOG_FACTORIAL_EXCESS, 0x1p1000, false, -64) {
            @Override
            BigFloat exact(BigFloat y, BigFloat width) {
                if (y.magnitude() >= 0) {
                    return BigGamma.stirling(y).add(BigGamma.LOG_2PI.add(BigGamma.log(y)).multiply(BigGamma.HALF));
                }
                if (y.magnitude() < SMALL) {
                    // y (1 - log y - gamma + pi^2/12 y): gamma = eta(1), for log 1 = 0, and the rest is below 2^-80
                    BigFloat gamma = BigGamma.eta(BigFloat.ONE);
                    return BigFloat.ONE.subtract(BigGamma.log(y)).subtract(gamma).multiply(y);
                }
                BigFloat next = y.add(BigFloat.ONE);
                return BigGamma.stirling(next).add(y.add(BigGamma.HALF).multiply(BigGamma.log1p(y))).subtract(next)
                        .add(BigGamma.LOG_2PI.multiply(BigGamma.HALF)).subtract(y.multiply(BigGamma.log(y))).add(y);
            }
        },
        ETA_INTEGRAL(SpecialFunction.ETA_INTEGRAL, 0x1p300, false, -58) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.stirling(x).subtract(BigGamma.stirling(x.add(width)))
                        .add(BigGamma.log1p(width.divide(x)).multiply(BigGamma.HALF));
            }
        },
        ETA_DIFFERENCE(SpecialFunction.ETA_DIFFERENCE, 0x1p300, false, -58) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.eta(x).subtract(BigGamma.eta(x.add(width)));
            }
        },
        ZETA_DIFFERENCE(SpecialFunction.ZETA_DIFFERENCE, 0x1p300, false, -57) {
            @Override
            BigFloat exact(BigFloat x, BigFloat width) {
                return BigGamma.zeta(x).subtract(BigGamma.zeta(x.add(width)));
            }
        };

        /** Below 2^-80 six terms of a series have more bits than a difference. */
        private static final int SMALL = -80;

        private final SpecialFunction function;
        private final double largest;
        private final boolean signed;
        private final int bound;

        Checked(SpecialFunction function, double largest, boolean signed, int bound) {
            this.function = function;
            this.largest = largest;
            this.signed = signed;
            this.bound = bound;
        }

        abstract BigFloat exact(BigFloat x, BigFloat width);

        /** One argument of every four near 1, where the methods change; the others with any exponent. */
        double argument(SplittableRandom random, int i) {
            double size = i % 4 == 0 ? random.nextDouble(0, 64) : Math.scalb(1 + random.nextDouble(),
                    random.nextInt(i % 4 == 1 ? -1000 : -40, Math.min(i % 4 == 1 ? 1000 : 40,
                            Math.getExponent(largest))));
            boolean logarithm = function == SpecialFunction.LOG1P || function == SpecialFunction.ARGUMENT_MINUS_LOG1P;
            size = Math.min(size, largest);
            boolean negative = signed && random.nextBoolean() && !(logarithm && size >= 1);
            return negative ? -size : size;
        }
    }

    /** x^from / from! + ..., six terms. */
    private static BigFloat exponentialSeries(BigFloat x, int from) {
        BigFloat term = BigFloat.ONE;
        BigFloat sum = BigFloat.ZERO;
        for (int n = 1; n < from + 6; n++) {
            term = term.multiply(x).divide(BigFloat.of(n));
            sum = n < from ? sum : sum.add(term);
        }
        return sum;
    }

    /** x^2/2 - x^3/3 + ..., six terms. */
    private static BigFloat logarithmSeries(BigFloat x) {
        BigFloat power = x.negate();
        BigFloat sum = BigFloat.ZERO;
        for (int n = 2; n < 8; n++) {
            power = power.multiply(x).negate().round();
            sum = sum.add(power.divide(BigFloat.of(n)));
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void relativeErrorsStayBelowTheirBound(Checked checked) {
        SplittableRandom random = new SplittableRandom(SEED);
        double worst = 0;
        String where = "";
        for (int i = 0; i < ARGUMENTS; i++) {
            double x = checked.argument(random, i);
            // Widths from 2^-60 of the argument to 2^60 of it; only functions of an interval look at them.
            double width = Math.min(Math.abs(x), 0x1p900)
                    * Math.scalb(1 + random.nextDouble(), random.nextInt(-60, 60));
            Scaled actual = checked.function.at(x, width);
            BigFloat value = BigFloat.of(actual.high()).add(BigFloat.of(actual.low()))
                    .scaleByPowerOfTwo(actual.exponent());
            BigFloat exact = checked.exact(BigFloat.of(x), BigFloat.of(width));
            double error = value.subtract(exact).abs().divide(exact.abs()).toDouble();
            if (!(error <= worst)) {
                worst = error;
                where = x + ", " + width;
            }
        }
        System.out.printf("%s: worst relative error 2^%.2f at %s%n", checked, Math.log(worst) / Math.log(2), where);
        assertThat(worst).as(checked + " at " + where).isLessThanOrEqualTo(Math.scalb(1.0, checked.bound));
    }

    @Test
    void theBigNumbersKnowTheirConstants() {
        // Euler's gamma = -digamma(1), pi^2/6 = trigamma(1), lgamma(1) = 0; 17 digits of the tables
        BigFloat one = BigFloat.ONE;
        assertThat(BigGamma.eta(one).toDouble()).isEqualTo(0.57721566490153286);
        assertThat(BigGamma.zeta(one).add(one).toDouble()).isEqualTo(1.6449340668482264);
        assertThat(BigGamma.LOG_2PI.toDouble()).isEqualTo(1.8378770664093454836);
        BigFloat lgamma = BigGamma.stirling(one).subtract(one).add(BigGamma.LOG_2PI.multiply(BigGamma.HALF));
        // truncation at 2^-160
        assertThat(lgamma.toDouble()).isCloseTo(0.0, within(0x1p-150));
    }
}
