package io.github.surprisal;

import java.util.Arrays;

/** A place for one row of logits in an array, among other rows and padding: what a row's results must not depend on. */
record RowPlacement(String name, int batch, int classes, int inner, int offset, int rowStride, int sample) {

    /** What padding holds: were it read, a result would be NaN; were it written, it would change. */
    private static final double PADDING = Double.NaN;

    static RowPlacement[] of(int classes) {
        return new RowPlacement[] {
            new RowPlacement("alone", 1, classes, 1, 0, classes, 0),
            new RowPlacement("with offset and row stride", 3, classes, 1, 5, classes + 3, 1),
            new RowPlacement("in a batch", 4, classes, 1, 0, classes, 2),
            new RowPlacement("as the middle column", 1, classes, 3, 0, 3 * classes, 1),
            new RowPlacement("as a column with offset and row stride", 2, classes, 3, 2, 3 * classes + 1, 4),
        };
    }

    Layout layout() {
        return Layout.of(batch, classes, inner).at(offset).withRowStride(rowStride);
    }

    int samples() {
        return batch * inner;
    }

    private int position(int n, int c) {
        return offset + n / inner * rowStride + c * inner + n % inner;
    }

    /** An array with the row in its place, ordinary numbers in the other rows, and padding around. */
    double[] place(double[] row) {
        double[] array = padding();
        for (int n = 0; n < samples(); n++) {
            for (int c = 0; c < classes; c++) {
                array[position(n, c)] = n == sample ? row[c] : Math.sin(n + 10.0 * c);
            }
        }
        return array;
    }

    /** An array of the same size that holds nothing but padding: an output buffer. */
    double[] padding() {
        double[] array = new double[offset + batch * rowStride];
        Arrays.fill(array, PADDING);
        return array;
    }

    double[] take(double[] array) {
        double[] row = new double[classes];
        Arrays.setAll(row, c -> array[position(sample, c)]);
        return row;
    }

    /** Whether everything outside the layout still is padding. */
    boolean paddingIsUntouched(double[] array) {
        double[] rest = array.clone();
        for (int n = 0; n < samples(); n++) {
            for (int c = 0; c < classes; c++) {
                rest[position(n, c)] = PADDING;
            }
        }
        return Arrays.equals(rest, padding());
    }

    @Override
    public String toString() {
        return name;
    }
}
