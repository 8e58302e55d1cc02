package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@link DigestTest} for floats: one digest of all operations on many layouts, whatever kernels, vectors and threads.
 * It changes only with the arithmetic, and the changelog names it then.
 */
@Tag("bits")
class FloatDigestTest {

    private static final long EXPECTED = 0x43da36eca58206c9L;

    private static final List<Layout> LAYOUTS = List.of(
            Layout.of(40, 1), Layout.of(33, 2), Layout.of(29, 7), Layout.of(64, 10), Layout.of(300, 10),
            Layout.of(19, 36), Layout.of(19, 37), Layout.of(11, 71), Layout.of(15, 100), Layout.of(13, 1000),
            Layout.of(2, 2049), Layout.of(1, 6145), Layout.of(2, 10, 13), Layout.of(2, 70, 9), Layout.of(1, 2100, 2),
            Layout.of(9, 10).at(3).withRowStride(17), Layout.of(14, 100).at(5).withRowStride(101),
            Layout.of(2, 5, 6).at(1).withRowStride(37), Layout.of(14_000, 10), Layout.of(1, 140_000));

    @Test
    void sequential() {
        check(null);
    }

    @Test
    void parallel() {
        ForkJoinPool pool = new ForkJoinPool(3);
        try {
            check(pool);
        } finally {
            pool.shutdown();
        }
    }

    private static void check(ForkJoinPool pool) {
        long digest = 0;
        for (Layout layout : LAYOUTS) {
            RowBank bank = new RowBank(layout.classes(), 5);
            for (RowOperation operation : RowOperation.all(bank.weights, RowBank.IGNORED, pool)) {
                if (operation.name().startsWith("float")) {
                    double[] out = new double[operation.oneForEachSample() ? layout.samples()
                            : RowBank.padding(layout, 0).length];
                    operation.run(batch(layout, operation.input()), out);
                    for (double value : out) {
                        digest = (digest ^ Double.doubleToLongBits(value)) * 0x9e3779b97f4a7c15L; // one NaN only
                        digest ^= digest >>> 32;
                    }
                }
            }
        }
        assertThat(digest).withFailMessage("other bits on %s kernels; if the arithmetic was meant to change: 0x%016xL",
                Kernels.active(), digest).isEqualTo(EXPECTED);
    }

    /** Inputs made of {@code Random}'s specified integers by exact operations; some samples need care. */
    private static RowOperation.Batch batch(Layout layout, RowOperation.Input input) {
        Random random = new Random(layout.classes() * 31L + layout.samples());
        int length = RowBank.padding(layout, 0).length;
        double sign = input == RowOperation.Input.LOGITS ? 30 : input == RowOperation.Input.PROBABILITIES ? 0 : -9;
        double[] values = new double[length];
        Arrays.setAll(values, i -> sign == 0 ? random.nextFloat() / layout.classes()
                : random.nextInt(997) == 0 ? Float.NEGATIVE_INFINITY
                : random.nextInt(997) == 0 ? 300 * random.nextFloat() : sign * (random.nextFloat() - 0.5));
        double[] upstream = new double[length];
        Arrays.setAll(upstream, i -> random.nextFloat() - 0.5);
        int[] indices = new int[layout.samples()];
        Arrays.setAll(indices, i -> random.nextInt(6) == 0 ? RowBank.IGNORED : random.nextInt(layout.classes()));
        double[] targets = new double[layout.samples() * layout.classes()];
        Arrays.setAll(targets, i -> random.nextInt(4) == 0 ? 0 : random.nextFloat() / layout.classes());
        double[] factors = new double[layout.samples()];
        Arrays.setAll(factors, i -> random.nextInt(9) == 0 ? 0x1p900 : random.nextDouble() - 0.5);
        return new RowOperation.Batch(layout, values, upstream, indices, targets, factors);
    }
}
