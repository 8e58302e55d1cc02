package io.github.surprisal.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The exponential function for results that become floats against the one for doubles, which is right to 2^-54, at
 * floats up to 200, evenly spread over their bits.
 *
 * <p>{@code -Dsurprisal.exp.step=1} takes all of them, 2.26 thousand million with both signs.
 */
class SingleExpTest {

    /** As {@link KernelSet#singleExponentials} says. */
    private static final double BOUND = 0x1p-45 * 0.8409; // 2^-45.25
    private static final int STEP = Integer.getInteger("surprisal.exp.step", 4999);
    private static final int SIGN = Integer.MIN_VALUE;
    private static final int LAST = Float.floatToRawIntBits(200);

    private final double[] x = new double[KernelSet.BLOCK];
    private final double[] single = new double[KernelSet.BLOCK];
    private final double[] magic = new double[KernelSet.BLOCK];
    private final Pairs exact = new Pairs(KernelSet.BLOCK);
    private final Scratch scratch = new Scratch();
    private double worst;

    @Test
    void errorIsBounded() {
        KernelSet kernels = KernelCalls.vector().orElseGet(ScalarKernels::new);
        Arrays.fill(magic, KernelCalls.magic(0));
        long values = 0;
        int n = 0;
        for (long bits = 0; bits <= LAST; bits += STEP) {
            x[n++] = Float.intBitsToFloat((int) bits);
            x[n++] = Float.intBitsToFloat((int) bits | SIGN);
            if (n == x.length) {
                values += n;
                judge(kernels, n);
                n = 0;
            }
        }
        System.out.printf("exp for floats: %d values, worst error 2^%.2f%n", values,
                Math.log(worst) / Math.log(2));
        assertThat(worst).isLessThanOrEqualTo(BOUND);
    }

    private void judge(KernelSet kernels, int n) {
        kernels.exponentials(x, magic, n, exact, scratch);
        kernels.singleExponentials(x, magic, n, single, scratch);
        for (int i = 0; i < n; i++) {
            worst = Math.max(worst, Math.abs((single[i] - exact.high[i] - exact.low[i]) / exact.high[i]));
        }
    }
}
