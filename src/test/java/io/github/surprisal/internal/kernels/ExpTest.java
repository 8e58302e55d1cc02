package io.github.surprisal.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.BigFloat;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/**
 * The exponential of the kernels in use over its whole domain, against 250-bit arithmetic. The suite runs with either
 * set.
 */
class ExpTest {

    private static final long SEED = 20240607;
    /** Of samples done with care: the greatest term is scaled to about 2^512, the lowest stays above 2^-1022. */
    private static final int HEADROOM = 512;
    private static final int DEPTH = HEADROOM + 1021;
    /** Scaled to this and above, the low part is a normal double. */
    private static final int NORMAL_LOW = -960;

    /**
     * The sum of the two doubles. For r near -ln2/2 the roundings of r (2^-55, carried through r^2) and of the
     * polynomial, its own error, and the last addition come to 2^-54.6; the worst seen is 2^-54.8.
     */
    private static final double SUM = -54.6;
    /** The low part is subnormal: rounded to 2^-1075, beside a high part of 2^-1021 and above. */
    private static final double SUM_OF_LOWEST = -53.2;
    /** The high part in ulp: one half, and the error of the sum where the ulp is smallest. The worst seen is 0.70. */
    private static final double HIGH_ULP = 0.73;

    private final KernelSet kernels = KernelSelection.active(0);

    /** Logits of ordinary samples, and the value that stands in for classes that must not count. */
    @Test
    void ordinary() {
        Worst sum = new Worst("exp, two doubles, |x| <= 300");
        Worst ulp = new Worst("exp, high part in ulp, |x| <= 300");
        double[] x = arguments(-300, 300);
        compare(x, 0, sum, ulp, new Worst("none"));
        sum.isAtMost(SUM);
        ulp.isAtMost(log2(HIGH_ULP));
    }

    /** Logits of samples done with care, of any maximum K ln2, down to the term that is scaled to 2^-1021. */
    @Test
    void scaled() {
        Worst sum = new Worst("exp, two doubles, scaled");
        Worst lowest = new Worst("exp, two doubles, scaled below 2^" + NORMAL_LOW);
        Worst ulp = new Worst("exp, high part in ulp, scaled");
        for (int top : new int[] {-2019, -1000, -300, 0, 1, 300, 1000, 2019}) {
            double[] x = arguments((top - DEPTH) * Math.log(2.0), (top + 0.5) * Math.log(2.0));
            compare(x, HEADROOM - top, sum, ulp, lowest);
        }
        sum.isAtMost(SUM);
        lowest.isAtMost(SUM_OF_LOWEST);
        ulp.isAtMost(log2(HIGH_ULP));
    }

    /** The greatest magnitude, wherever it stands; NaN is greater than any. */
    @Test
    void magnitude() {
        Random random = new Random(SEED);
        for (int n : new int[] {8, 64, 504, 512, 1000, 2048}) {
            for (int i = 0; i < n; i++) {
                double[] x = random.doubles(n, -3, 3).toArray();
                x[i] = (i & 1) == 0 ? 3.5 : -3.5;
                assertThat(KernelCalls.exponentials(kernels, x, 0).magnitude()).isEqualTo(3.5);
                x[i] = Double.NaN;
                assertThat(KernelCalls.exponentials(kernels, x, 0).magnitude()).isNaN();
            }
        }
    }

    /** The sums of a row's stripes hold both parts of every exponential and lose next to nothing themselves. */
    @Test
    void sums() {
        Worst worst = new Worst("sums of exponentials");
        Random random = new Random(SEED);
        for (double spread : new double[] {0, 1e-3, 1, 10, 40}) {
            double[] x = random.doubles(4096).map(u -> spread * (2 * u - 1)).toArray();
            KernelCalls.Exponentials result = KernelCalls.exponentials(kernels, x, 0);
            KernelCalls.Pair each = KernelCalls.exp(kernels, x, 0);
            for (int stripe = 0; stripe < KernelSet.STRIPES; stripe++) {
                BigFloat exact = BigFloat.ZERO;
                for (int i = stripe; i < x.length; i += KernelSet.STRIPES) {
                    exact = exact.add(BigFloat.of(each.high()[i], each.low()[i]));
                }
                BigFloat sum = BigFloat.of(result.sumHigh()[stripe], result.sumLow()[stripe]);
                worst.add(sum.relativeError(exact), spread);
            }
        }
        worst.isAtMost(-90);
    }

    private void compare(double[] x, int scale, Worst sum, Worst ulp, Worst lowest) {
        KernelCalls.Pair result = KernelCalls.exp(kernels, x, scale);
        for (int i = 0; i < x.length; i++) {
            BigFloat exact = BigFloat.of(x[i]).exp().scaleByPowerOfTwo(scale);
            double high = result.high()[i];
            // the power of two that the kernel splits off
            long k = Math.round(x[i] / Math.log(2.0));
            Worst which = k + scale < NORMAL_LOW ? lowest : sum;
            which.add(BigFloat.of(high, result.low()[i]).relativeError(exact), x[i], scale);
            BigFloat error = BigFloat.of(high).subtract(exact).abs();
            ulp.add(error.divide(BigFloat.of(Math.ulp(high))).toDouble(), x[i], scale);
        }
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2.0);
    }

    /**
     * A grid, random numbers, and the neighbourhoods of all multiples of ln2 / 2: where k changes, and where r is 0.
     */
    private static double[] arguments(double from, double to) {
        Random random = new Random(SEED);
        DoubleStream grid = DoubleStream.iterate(from, x -> x <= to, x -> x + (to - from) / 40_000);
        DoubleStream drawn = random.doubles(20_000).map(u -> from + u * (to - from));
        double half = 0.5 * Math.log(2.0);
        DoubleStream seams = DoubleStream.iterate(Math.ceil(from / half), n -> n * half < to, n -> n + 1)
                .flatMap(n -> DoubleStream.of(-64, -1, 0, 1, 64).map(ulps -> n * half + ulps * Math.ulp(n * half)));
        DoubleStream tiny = DoubleStream.of(0.0, -0.0, Double.MIN_VALUE, -Double.MIN_VALUE, 0x1p-60, -0x1p-60)
                .filter(x -> x >= from && x <= to);
        double[] x = DoubleStream.concat(DoubleStream.concat(grid, drawn), DoubleStream.concat(seams, tiny))
                .filter(v -> v >= from && v <= to).toArray();
        return Arrays.copyOf(x, x.length & -KernelSet.STRIPES);
    }
}
