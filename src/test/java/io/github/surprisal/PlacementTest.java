package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.RowOperation.Batch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A row has the same bits wherever it lies: alone, in a batch, as a column of an inner layout, with offset and
 * padding, in place, beside rows of any kind; and nothing outside the layout is read or written. Class counts, batches
 * and inner dimensions lie around the sizes at which the kernels change their ways.
 */
class PlacementTest {

    private static final int[] BATCHES = {1, 2, 7, 8, 9, 63, 64, 65, 130};
    private static final int[] INNER = {1, 2, 3, 8, 9, 64, 65};
    /** Elements of the largest batch: enough for every batch of the middle class counts, and soon done. */
    private static final int LARGEST = 40_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 66, 71, 72, 73, 100, 127, 128, 129, 255, 257,
        1023, 1024, 1025, 2047, 2048, 2049, 4095, 4097, 5000})
    void aRowHasTheSameBitsWhereverItLies(int classes) {
        long seed = 1000 + classes;
        RowBank bank = new RowBank(classes, seed);
        for (RowOperation operation : RowOperation.all(bank.weights, RowBank.IGNORED, null)) {
            double[][] alone = new double[RowBank.SIZE][];
            for (int k = 0; k < RowBank.SIZE; k++) {
                Batch row = bank.batch(Layout.of(1, classes), operation.input(), k, 0);
                alone[k] = operation.oneForEachSample() ? new double[1] : new double[classes];
                operation.run(row, alone[k]);
            }
            int first = 0;
            for (Layout layout : layouts(classes)) {
                for (boolean inPlace : new boolean[] {false, true}) {
                    if (!inPlace || !operation.oneForEachSample()) {
                        check(bank, operation, layout, first, first % 2 * 9, inPlace, alone);
                        first++;
                    }
                }
            }
        }
    }

    private static List<Layout> layouts(int classes) {
        List<Layout> layouts = new ArrayList<>();
        for (int batch : BATCHES) {
            if (batch <= 2 || batch * classes <= LARGEST) {
                layouts.add(Layout.of(batch, classes));
                layouts.add(Layout.of(batch, classes).at(5).withRowStride(classes + 3));
            }
        }
        for (int inner : INNER) {
            if (inner <= 9 || inner * classes <= LARGEST) {
                layouts.add(Layout.of(1, classes, inner));
                layouts.add(Layout.of(3, classes, inner).at(1).withRowStride(classes * inner + 2));
            }
        }
        return layouts;
    }

    private static void check(RowBank bank, RowOperation operation, Layout layout, int first, int spare,
            boolean inPlace,
            double[][] alone) {
        Batch batch = bank.batch(layout, operation.input(), first, spare);
        double[] out = inPlace ? batch.input()
                : operation.oneForEachSample() ? RowBank.perSample(layout, spare) : RowBank.padding(layout, spare);
        operation.run(batch, out);

        boolean[] written = new boolean[out.length];
        for (int s = 0; s < layout.samples(); s++) {
            double[] expected = alone[RowBank.row(first + s)];
            for (int c = 0; c < expected.length; c++) {
                int at = operation.oneForEachSample() ? s : RowBank.at(layout, s, c);
                written[at] = true;
                if (Double.doubleToLongBits(out[at]) != Double.doubleToLongBits(expected[c])) {
                    assertThat(out[at]).as("%s, layout %s%s, sample %d (row %d), class %d", operation, layout,
                            inPlace ? " in place" : "", s, RowBank.row(first + s), c).isEqualTo(expected[c]);
                    throw new AssertionError("zeros of other signs: " + operation + ", " + layout);
                }
            }
        }
        for (int i = 0; i < out.length; i++) {
            if (!written[i] && !RowBank.isPadding(out[i])) {
                throw new AssertionError(operation + ", layout " + layout + ": element " + i + " outside is now "
                        + out[i]);
            }
        }
    }
}
