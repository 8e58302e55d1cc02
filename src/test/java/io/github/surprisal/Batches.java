package io.github.surprisal;

import java.util.function.Function;

/** Between arrays in a dense layout [batch, classes, inner] and one row of classes for each sample. */
final class Batches {

    private Batches() {
    }

    /** Where class c of sample n lies in a dense array of the layout's shape. */
    static int position(Layout layout, int n, int c) {
        int inner = layout.inner();
        return (n / inner * layout.classes() + c) * inner + n % inner;
    }

    static double[][] rows(Layout layout, double[] values) {
        double[][] rows = new double[layout.samples()][layout.classes()];
        for (int n = 0; n < rows.length; n++) {
            for (int c = 0; c < rows[n].length; c++) {
                rows[n][c] = values[position(layout, n, c)];
            }
        }
        return rows;
    }

    /** One property of the rows' derivatives, in the layout's order. */
    static double[] flat(
            Layout layout, Oracle.Derivative[] rows, Function<Oracle.Derivative, double[]> property) {
        double[] values = new double[layout.samples() * layout.classes()];
        for (int n = 0; n < rows.length; n++) {
            double[] row = property.apply(rows[n]);
            for (int c = 0; c < row.length; c++) {
                values[position(layout, n, c)] = row[c];
            }
        }
        return values;
    }
}
