package io.github.surprisal;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Logarithms and the remainders of Stirling's formula with some 160 correct bits, for the tests of the likelihoods.
 * Twenty Bernoulli terms from x = 40 on are truncated at 2^-160; below, the recurrences.
 */
final class BigGamma {

    private static final int ASYMPTOTIC = 40;
    private static final int TERMS = 20;
    private static final List<BigFloat> BERNOULLI = bernoulli();

    static final BigFloat HALF = BigFloat.of(0.5);
    static final BigFloat LN2 = BigFloat.LN2;
    static final BigFloat LOG_2PI = log(pi().scaleByPowerOfTwo(1));

    private BigGamma() {
    }

    /** log x for x > 0. */
    static BigFloat log(BigFloat x) {
        int k = x.magnitude();
        BigFloat fraction = x.scaleByPowerOfTwo(-k).subtract(BigFloat.ONE);
        return LN2.multiply(BigFloat.of(k)).add(fraction.log1p()).round();
    }

    /** log(1 + v) for v > -1, with a small relative error for small v too. */
    static BigFloat log1p(BigFloat v) {
        return v.signum() >= 0 ? v.log1p()
                : v.negate().divide(BigFloat.ONE.add(v)).log1p().negate();
    }

    /** S(x) = lgamma(x) - (x - 1/2) log x + x - log(2 pi)/2. */
    static BigFloat stirling(BigFloat x) {
        BigFloat z = x;
        BigFloat product = BigFloat.ONE;
        while (z.compareTo(BigFloat.of(ASYMPTOTIC)) < 0) {
            product = product.multiply(z).round();
            z = z.add(BigFloat.ONE).round();
        }
        BigFloat rest = series(z, 1, -1);
        if (z == x) {
            return rest;
        }
        return rest.add(z.subtract(HALF).multiply(log(z))).subtract(z)
                .subtract(x.subtract(HALF).multiply(log(x))).add(x).subtract(log(product)).round();
    }

    /** eta(x) = log x - digamma(x). */
    static BigFloat eta(BigFloat x) {
        BigFloat z = x;
        BigFloat sum = BigFloat.ZERO;
        while (z.compareTo(BigFloat.of(ASYMPTOTIC)) < 0) {
            sum = sum.add(BigFloat.ONE.divide(z)).round();
            z = z.add(BigFloat.ONE).round();
        }
        BigFloat rest = HALF.divide(z).add(series(z, 2, 0));
        return z == x ? rest : rest.add(sum).add(log(x)).subtract(log(z)).round();
    }

    /** zeta(x) = trigamma(x) - 1/x. */
    static BigFloat zeta(BigFloat x) {
        BigFloat z = x;
        BigFloat sum = BigFloat.ZERO;
        while (z.compareTo(BigFloat.of(ASYMPTOTIC)) < 0) {
            BigFloat inverse = BigFloat.ONE.divide(z);
            sum = sum.add(inverse.multiply(inverse)).round();
            z = z.add(BigFloat.ONE).round();
        }
        BigFloat rest = HALF.divide(z.multiply(z)).add(series(z, 3, 1));
        return z == x ? rest
                : rest.add(sum).add(BigFloat.ONE.divide(z)).subtract(BigFloat.ONE.divide(x)).round();
    }

    /** Sum over n of B2n z^-(2n - 2 + first) times 1/(2n (2n - 1)), 1/(2n) or 1, for kind -1, 0, 1. */
    private static BigFloat series(BigFloat z, int first, int kind) {
        BigFloat inverse = BigFloat.ONE.divide(z);
        BigFloat power = inverse;
        for (int i = 1; i < first; i++) {
            power = power.multiply(inverse).round();
        }
        BigFloat square = inverse.multiply(inverse).round();
        BigFloat sum = BigFloat.ZERO;
        for (int n = 1; n <= TERMS; n++) {
            BigFloat term = BERNOULLI.get(2 * n).multiply(power);
            if (kind < 1) {
                term = term.divide(BigFloat.of(2.0 * n * (kind < 0 ? 2 * n - 1 : 1)));
            }
            sum = sum.add(term).round();
            power = power.multiply(square).round();
        }
        return sum;
    }

    /** The numbers of Bernoulli: sum over k <= n of (n + 1 choose k) B_k = 0. */
    private static List<BigFloat> bernoulli() {
        List<BigInteger> numerators = new ArrayList<>(List.of(BigInteger.ONE));
        List<BigInteger> denominators = new ArrayList<>(List.of(BigInteger.ONE));
        List<BigFloat> values = new ArrayList<>(List.of(BigFloat.ONE));
        for (int n = 1; n <= 2 * TERMS; n++) {
            BigInteger numerator = BigInteger.ZERO;
            BigInteger denominator = BigInteger.ONE;
            BigInteger choose = BigInteger.ONE;
            for (int k = 0; k < n; k++) {
                numerator = numerator.multiply(denominators.get(k))
                        .add(choose.multiply(numerators.get(k)).multiply(denominator));
                denominator = denominator.multiply(denominators.get(k));
                BigInteger common = numerator.gcd(denominator);
                numerator = numerator.divide(common);
                denominator = denominator.divide(common);
                choose = choose.multiply(BigInteger.valueOf(n + 1 - k)).divide(BigInteger.valueOf(k + 1));
            }
            numerator = numerator.negate();
            denominator = denominator.multiply(BigInteger.valueOf(n + 1));
            numerators.add(numerator);
            denominators.add(denominator);
            values.add(new BigFloat(numerator, 0).divide(new BigFloat(denominator, 0)));
        }
        return values;
    }

    /** Machin: pi = 16 atan(1/5) - 4 atan(1/239). */
    private static BigFloat pi() {
        return atanOfInverse(5).multiply(BigFloat.of(16)).subtract(atanOfInverse(239).multiply(BigFloat.of(4)));
    }

    private static BigFloat atanOfInverse(int n) {
        BigFloat power = BigFloat.ONE.divide(BigFloat.of(n));
        BigFloat square = BigFloat.of(-n * n);
        BigFloat sum = power;
        for (int k = 3; k < 250; k += 2) {
            power = power.divide(square);
            sum = sum.add(power.divide(BigFloat.of(k))).round();
        }
        return sum;
    }
}
