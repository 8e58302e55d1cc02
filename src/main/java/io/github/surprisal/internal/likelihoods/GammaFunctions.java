package io.github.surprisal.internal.likelihoods;

/**
 * The remainders of Stirling's formula, and what is left of them between two arguments; x > 0 of any size:
 * <pre>
 *     S(x)     = lgamma(x) - (x - 1/2) log x + x - log(2 pi)/2
 *     eta(x)   = log x - digamma(x)
 *     zeta(x)  = trigamma(x) - 1/x
 *     theta(x) = -psi''(x) - 1/x^2
 * </pre>
 * All are positive and fall; eta' = -zeta, zeta' = -theta, S' = 1/(2x) - eta.
 *
 * <p>From x = 24 on 14 Bernoulli terms, truncated at 2^-94 of the value or better. Below, the recurrences bring x up by
 * whole steps: a product for the logarithms in S, sums of powers of 1/(x+i) for the derivatives. They cancel some 13
 * bits of 104. A difference between arguments less than 2^-30 apart, relatively, is an integral: width times the next
 * function at the midpoint, wrong by a factor of 1 + 2^-61 at most.
 *
 * <p>Relative errors at most, for x of every size: S 2^-89, eta and zeta 2^-97, G1 2^-64, the integral and the
 * differences of eta 2^-58, that of zeta 2^-57 (just above the relative width of 2^-30). Held by SpecialFunctionsTest.
 * An instance owns registers: one a thread.
 */
final class GammaFunctions {

    /** Bernoulli's numbers B2, B4, ..., B28. */
    private static final double[][] BERNOULLI = {{1, 6}, {-1, 30}, {1, 42}, {-1, 30}, {5, 66}, {-691, 2730}, {7, 6},
        {-3617, 510}, {43867, 798}, {-174611, 330}, {854513, 138}, {-236364091, 2730}, {8553103, 6},
        {-23749461029.0, 870}};
    private static final int TERMS = BERNOULLI.length;
    /** From here on doubles serve for the terms: they are 2^-47 of the first and less. */
    private static final int LEADING = 7;
    /** Where the asymptotic series begins to serve. */
    private static final int ASYMPTOTIC = 24;
    /** Relative width of an interval up to which its midpoint stands for all of it. */
    private static final double NARROW = 0x1p-30;

    /** log(2 pi) / 2 in two doubles. */
    private static final double HALF_LOG_2PI = 0x1.d67f1c864beb5p-1;
    private static final double HALF_LOG_2PI_LOW = -0x1.65b5a1b7ff5dfp-55;
    /** Euler's gamma. */
    private static final double GAMMA = 0x1.2788cfc6fb619p-1;
    private static final double GAMMA_LOW = -0x1.6cb90701fbfabp-58;
    /** pi^2 / 12. */
    private static final double HALF_ZETA_2 = 0x1.a51a6625307d3p-1;

    /** Coefficients of powers of 1/x^2: [term][high, low]. */
    private static final double[][] STIRLING = new double[TERMS][];
    private static final double[][] DIGAMMA = new double[TERMS][];
    private static final double[][] TRIGAMMA = new double[TERMS][];
    private static final double[][] TETRAGAMMA = new double[TERMS][];

    static {
        for (int i = 0; i < TERMS; i++) {
            double n = 2 * (i + 1);
            double numerator = BERNOULLI[i][0];
            double denominator = BERNOULLI[i][1];
            STIRLING[i] = quotient(numerator, denominator * n * (n - 1));
            DIGAMMA[i] = quotient(numerator, denominator * n);
            TRIGAMMA[i] = quotient(numerator, denominator);
            TETRAGAMMA[i] = quotient(numerator * (n + 1), denominator);
        }
    }

    private final Scaled inverse = new Scaled();
    private final Scaled square = new Scaled();
    private final Scaled shifted = new Scaled();
    private final Scaled product = new Scaled();
    private final Scaled sum = new Scaled();
    private final Scaled other = new Scaled();
    private final Scaled end = new Scaled();
    private final Scaled ratio = new Scaled();

    private static double[] quotient(double numerator, double denominator) {
        double high = numerator / denominator;
        return new double[] {high, Math.fma(-high, denominator, numerator) / denominator};
    }

    /** Adds log(2 pi)/2. */
    static Scaled addHalfLog2Pi(Scaled x) {
        return x.add(HALF_LOG_2PI).add(HALF_LOG_2PI_LOW);
    }

    /** S(x), with log x, which is not looked at from 24 on. */
    void stirling(Scaled x, Scaled logX, Scaled result) {
        int steps = stepsUp(x);
        if (steps > 0) {
            // S(x) = S(z) + (z - 1/2) log z - (x + 1/2) log x - log((x + 1) ... (z - 1)) - (z - x)
            product.set(1, 0);
            for (int i = 1; i < steps; i++) {
                product.multiply(other.set(x).add(i));
            }
            sum.set(logX).multiply(other.set(x).add(0.5)).negate();
            Elementary.subtractLog(sum, product);
            sum.add(-steps);
            Elementary.log(other.set(shifted)).multiply(product.set(shifted).add(-0.5));
            sum.add(other);
        }
        powers();
        series(STIRLING, result);
        result.multiply(inverse);
        if (steps > 0) {
            result.add(sum);
        }
    }

    /** eta(x). */
    void eta(Scaled x, Scaled result) {
        int steps = stepsUp(x);
        if (steps > 0) {
            // eta(x) = eta(z) - log(z / x) + sum of 1 / (x + i)
            sum.set(0, 0);
            for (int i = 0; i < steps; i++) {
                sum.add(other.set(x).add(i).invert());
            }
            Elementary.log1p(other.set(x).invert().multiply(steps));
            sum.subtract(other);
        }
        powers();
        series(DIGAMMA, result);
        result.multiply(square).add(other.set(inverse).half());
        if (steps > 0) {
            result.add(sum);
        }
    }

    /** zeta(x). */
    void zeta(Scaled x, Scaled result) {
        int steps = stepsUp(x);
        if (steps > 0) {
            // zeta(x) = zeta(z) + 1/z - 1/x + sum of 1 / (x + i)^2
            sum.set(0, 0);
            for (int i = 0; i < steps; i++) {
                sum.add(other.set(x).add(i).invert().square());
            }
            sum.subtract(other.set(x).multiply(shifted).invert().multiply(steps));
        }
        powers();
        series(TRIGAMMA, result);
        result.multiply(square).multiply(inverse).add(other.set(square).half());
        if (steps > 0) {
            result.add(sum);
        }
    }

    /** theta(x). */
    private void theta(Scaled x, Scaled result) {
        int steps = stepsUp(x);
        if (steps > 0) {
            // theta(x) = theta(z) + 1/z^2 - 1/x^2 + sum of 2 / (x + i)^3
            sum.set(0, 0);
            for (int i = 0; i < steps; i++) {
                other.set(x).add(i).invert();
                sum.add(product.set(other).square().multiply(other).twice());
            }
            sum.subtract(other.set(x).invert().square());
            sum.add(other.set(shifted).invert().square());
        }
        powers();
        series(TETRAGAMMA, result);
        result.multiply(square).multiply(square).add(other.set(square).multiply(inverse));
        if (steps > 0) {
            result.add(sum);
        }
    }

    /** How many whole steps lead from x to 24 at least; {@code shifted} is where they lead. */
    private int stepsUp(Scaled x) {
        shifted.set(x);
        if (!x.isSmallerThan(ASYMPTOTIC)) {
            return 0;
        }
        int steps = ASYMPTOTIC - (x.exponent < 0 ? 0 : (int) x.high);
        shifted.add(steps);
        return steps;
    }

    private void powers() {
        inverse.set(shifted).invert();
        square.set(inverse).square();
    }

    /** A polynomial in 1/x^2, by Horner's rule. */
    private void series(double[][] coefficients, Scaled result) {
        // Beyond 2^128 the first term is all.
        double s = square.exponent == 0 ? square.high : 0;
        double sLow = square.exponent == 0 ? square.low : 0;
        double tail = coefficients[TERMS - 1][0];
        for (int i = TERMS - 2; i >= LEADING; i--) {
            tail = Math.fma(tail, s, coefficients[i][0]);
        }
        double q = tail;
        double qLow = 0;
        for (int i = LEADING - 1; i >= 0; i--) {
            double c = coefficients[i][0];
            double p = q * s;
            double pLow = Math.fma(q, s, -p) + Math.fma(q, sLow, qLow * s);
            q = c + p;
            qLow = (c - q) + p + (pLow + coefficients[i][1]);
        }
        result.set(q + qLow, qLow - ((q + qLow) - q));
    }

    /** G1(y) = lgamma(y + 1) - y log y + y, for y > 0. */
    void logFactorialExcess(Scaled y, Scaled result) {
        if (y.isSmallerThan(NARROW)) {
            // lgamma(1 + y) = -gamma y + pi^2/12 y^2 - 0.4 y^3 + ...
            other.set(y).multiply(HALF_ZETA_2).add(-GAMMA).add(-GAMMA_LOW).add(1);
            result.set(Elementary.subtractLog(other, y).multiply(y));
        } else if (y.isSmallerThan(1)) {
            // lgamma(1 + y) = S(1 + y) + (y + 1/2) log1p(y) - 1 - y + log(2 pi)/2
            Elementary.log1p(ratio.set(y));
            stirling(end.set(y).add(1), ratio, result);
            result.add(ratio.multiply(other.set(y).add(0.5)));
            addHalfLog2Pi(result.add(-1));
            Elementary.log(other.set(y));
            result.subtract(other.multiply(y));
        } else {
            // S(y) + log(2 pi y)/2
            Elementary.log(ratio.set(y));
            stirling(y, ratio, result);
            addHalfLog2Pi(result.add(ratio.half()));
        }
    }

    /** S(a) - S(a + y) + log1p(y/a)/2, the integral of eta from a to a + y, for y >= 0; with log a. */
    void etaIntegral(Scaled a, Scaled logA, Scaled y, Scaled result) {
        ratio.set(y).divide(a);
        if (ratio.isSmallerThan(NARROW)) {
            eta(middle(a, y), result);
            result.multiply(y);
            return;
        }
        Elementary.log(other.set(a).add(y));
        ratio.set(other);
        stirling(end.set(a).add(y), ratio, result);
        result.negate();
        end.set(result).add(ratio.subtract(logA).half());
        stirling(a, logA, result);
        result.add(end);
    }

    /** eta(a) - eta(a + y), for y >= 0. */
    void etaDifference(Scaled a, Scaled y, Scaled result) {
        ratio.set(y).divide(a);
        if (ratio.isSmallerThan(NARROW)) {
            zeta(middle(a, y), result);
            result.multiply(y);
            return;
        }
        eta(end.set(a).add(y), result);
        end.set(result);
        eta(a, result);
        result.subtract(end);
    }

    /** zeta(a) - zeta(a + y), for y >= 0. */
    void zetaDifference(Scaled a, Scaled y, Scaled result) {
        ratio.set(y).divide(a);
        if (ratio.isSmallerThan(NARROW)) {
            theta(middle(a, y), result);
            result.multiply(y);
            return;
        }
        zeta(end.set(a).add(y), result);
        end.set(result);
        zeta(a, result);
        result.subtract(end);
    }

    private Scaled middle(Scaled a, Scaled y) {
        return end.set(y).half().add(a);
    }
}
