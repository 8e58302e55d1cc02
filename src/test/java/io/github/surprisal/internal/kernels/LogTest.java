package io.github.surprisal.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.BigFloat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * The logarithm and the quotient of the kernels in use over their whole domain, against 250-bit arithmetic. The suite
 * runs with either set.
 */
class LogTest {

    private static final long SEED = 20240608;
    /** Where the greatest exponential of a sample lies that is not ordinary. */
    private static final int TOP = 512;
    /** Two doubles lie within 2^-53 of each other's magnitude. */
    private static final double HALF_ULP = 0x1p-53;

    /**
     * Near 1 + r/e = sqrt(2) the low part of z counts as it stands in 2 atanh(z / 2), without the slope 1 / (1 - z^2 /
     * 4): 2^-58, to which come the roundings of the polynomial. The worst seen is 2^-57.5.
     */
    private static final double LOG = -57.4;
    private static final double QUOTIENT = -100;

    private final KernelSet kernels = KernelSelection.active(0);
    private final Random random = new Random(SEED);

    /** Numbers as sums of two doubles, r over e. */
    private static final class Ratios {

        private final List<double[]> rows = new ArrayList<>();

        void add(double rHigh, double rLow, double eHigh, double eLow) {
            rows.add(new double[] {rHigh, rLow, eHigh, eLow});
        }

        KernelCalls.Pair numerators() {
            return new KernelCalls.Pair(column(row -> row[0]), column(row -> row[1]));
        }

        KernelCalls.Pair denominators() {
            return new KernelCalls.Pair(column(row -> row[2]), column(row -> row[3]));
        }

        private double[] column(ToDoubleFunction<double[]> of) {
            return rows.stream().mapToDouble(of).toArray();
        }
    }

    /** From 2^-1000 to 2^900, with r and e as far from the ends of the range as the ratio allows. */
    @Test
    void logOfRatiosOfAllMagnitudes() {
        Ratios ratios = new Ratios();
        for (int i = 0; i < 40_000; i++) {
            int t = random.nextInt(1900) - 1000;
            add(ratios, t - t / 2, -t / 2);
        }
        compare("log, all magnitudes", ratios).isAtMost(LOG);
    }

    /** Ordinary samples: between a stand-in e^-300 or one e^-200 and very many e^200. */
    @Test
    void logOfOrdinarySamples() {
        Ratios ratios = new Ratios();
        for (int i = 0; i < 20_000; i++) {
            add(ratios, random.nextInt(750) - 432, random.nextInt(577) - 288);
        }
        compare("log, ordinary samples", ratios).isAtMost(LOG);
    }

    /** Other samples: the greater of r and e is near 2^512, and the other far below. */
    @Test
    void logOfScaledSamples() {
        Ratios ratios = new Ratios();
        for (int i = 0; i < 10_000; i++) {
            add(ratios, TOP - random.nextInt(1000), TOP);
            add(ratios, TOP, TOP - random.nextInt(899));
        }
        compare("log, scaled samples", ratios).isAtMost(LOG);
    }

    /**
     * Where the power of two that is split off changes: 1 + r/e near 2^k sqrt(2); and near 2^k, where the rest is 0.
     */
    @Test
    void logNearItsSeams() {
        Ratios ratios = new Ratios();
        for (int k = 0; k < 900; k++) {
            for (double seam : new double[] {Math.sqrt(2), 1}) {
                for (int ulps = -40; ulps <= 40; ulps++) {
                    double s = Math.scalb(seam + ulps * 0x1p-52 * (ulps % 2 == 0 ? 1 : 1 << 15), k);
                    if (s > 1) {
                        ratios.add(s - 1, 0, 1, 0);
                        double e = 1 + random.nextDouble();
                        ratios.add((s - 1) * e, 0, e, low(e));
                    }
                }
            }
        }
        compare("log, seams", ratios).isAtMost(LOG);
    }

    /** A dense grid over the ratios that the common losses come from. */
    @Test
    void logOfCommonRatios() {
        Ratios ratios = new Ratios();
        for (int i = 1; i <= 60_000; i++) {
            double r = i / 10_000.0;
            ratios.add(r, low(r), 1, 0);
        }
        compare("log, ratios up to 6", ratios).isAtMost(LOG);
    }

    /** Results below the normal doubles: as near as a subnormal one can be, but for a second rounding. */
    @Test
    void logsThatAreSubnormal() {
        Ratios ratios = new Ratios();
        for (int i = 0; i < 10_000; i++) {
            add(ratios, TOP - 1020 - random.nextInt(60), TOP);
        }
        KernelCalls.Pair r = ratios.numerators();
        KernelCalls.Pair e = ratios.denominators();
        KernelCalls.Pair log = KernelCalls.logs(kernels, r, e);
        BigFloat smallest = BigFloat.of(Double.MIN_VALUE);
        BigFloat bound = smallest.multiply(BigFloat.of(0.5 + 0x1p-20));
        for (int i = 0; i < r.high().length; i++) {
            // log(1 + q) is q here
            BigFloat exact = value(r, i).divide(value(e, i));
            assertThat(value(log, i).subtract(exact).abs())
                    .as("%a / %a", r.high()[i], e.high()[i]).isLessThanOrEqualTo(bound);
        }
    }

    /** log(1 + 0) is 0. */
    @Test
    void logOfNothing() {
        int n = KernelCalls.SLOTS;
        double[] ones = new double[n];
        Arrays.fill(ones, 1.0);
        KernelCalls.Pair log = KernelCalls.logs(kernels, new KernelCalls.Pair(new double[n], new double[n]),
                new KernelCalls.Pair(ones, new double[n]));
        assertThat(log.high()).containsOnly(0.0);
        assertThat(log.low()).containsOnly(0.0);
    }

    /** Factors of either sign over sums; the parts of all of them normal. */
    @Test
    void quotients() {
        Ratios ratios = new Ratios();
        for (int i = 0; i < 60_000; i++) {
            int b = random.nextInt(900) - 380;
            int a = Math.max(-800, Math.min(1020, b + random.nextInt(1600) - 800));
            add(ratios, a, b);
        }
        KernelCalls.Pair a = ratios.numerators();
        for (int i = 0; i < a.high().length; i += 2) {
            a.high()[i] = -a.high()[i];
            a.low()[i] = -a.low()[i];
        }
        KernelCalls.Pair b = ratios.denominators();
        KernelCalls.Pair quotient = KernelCalls.quotients(a, b);
        Worst worst = new Worst("quotient");
        for (int i = 0; i < a.high().length; i++) {
            BigFloat exact = value(a, i).divide(value(b, i));
            worst.add(value(quotient, i).relativeError(exact), a.high()[i], b.high()[i]);
        }
        worst.isAtMost(QUOTIENT);
    }

    private void add(Ratios ratios, int rExponent, int eExponent) {
        double r = Math.scalb(1 + random.nextDouble(), rExponent);
        double e = Math.scalb(1 + random.nextDouble(), eExponent);
        ratios.add(r, low(r), e, low(e));
    }

    /** What could stand below a high part. */
    private double low(double high) {
        return high * HALF_ULP * (random.nextDouble() - 0.5);
    }

    private Worst compare(String what, Ratios ratios) {
        KernelCalls.Pair r = ratios.numerators();
        KernelCalls.Pair e = ratios.denominators();
        KernelCalls.Pair log = KernelCalls.logs(kernels, r, e);
        Worst worst = new Worst(what);
        for (int i = 0; i < r.high().length; i++) {
            BigFloat exact = value(r, i).divide(value(e, i)).log1p();
            worst.add(value(log, i).relativeError(exact), r.high()[i], e.high()[i]);
        }
        return worst;
    }

    private static BigFloat value(KernelCalls.Pair pair, int i) {
        return BigFloat.of(pair.high()[i], pair.low()[i]);
    }
}
