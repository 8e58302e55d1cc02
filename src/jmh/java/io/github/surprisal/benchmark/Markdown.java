package io.github.surprisal.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Figures as Markdown tables. */
final class Markdown {
    private Markdown() {}

    /** A quotient of two columns: how many times as long the first takes. */
    private record Ratio(Implementation slower, Implementation faster) {
        String label() {
            return slower.label + " / " + faster.label;
        }
    }

    private static final List<Ratio> RATIOS = List.of(
            new Ratio(Implementation.PLAIN, Implementation.SCALAR),
            new Ratio(Implementation.PLAIN, Implementation.VECTOR),
            new Ratio(Implementation.PYTORCH, Implementation.SCALAR),
            new Ratio(Implementation.PYTORCH, Implementation.VECTOR),
            new Ratio(Implementation.TRIBUO, Implementation.VECTOR),
            new Ratio(Implementation.SCALAR, Implementation.SCALAR_PARALLEL),
            new Ratio(Implementation.VECTOR, Implementation.VECTOR_PARALLEL));

    private record Column(String label, ToDoubleFunction<String> valueOfShape) {}

    static String nanosPerLogit(Figures figures) {
        return table(figures, columns(figures, shape -> i -> figures.nanosPerLogit(shape, i)), "%.2f");
    }

    static String ratios(Figures figures) {
        List<Column> columns = RATIOS.stream()
                .filter(ratio -> figures.has(ratio.slower) && figures.has(ratio.faster))
                .map(ratio -> new Column(ratio.label(), shape -> figures.ratio(shape, ratio.slower, ratio.faster)))
                .toList();
        return table(figures, columns, "%.2f");
    }

    static String bytesPerCall(Figures figures) {
        return table(figures, columns(figures, shape -> i -> figures.bytesPerCall(shape, i)), "%,.0f");
    }

    private interface Row {
        ToDoubleFunction<Implementation> of(String shape);
    }

    private static List<Column> columns(Figures figures, Row row) {
        return Arrays.stream(Implementation.values())
                .filter(figures::has)
                .map(i -> new Column(i.label, shape -> row.of(shape).applyAsDouble(i)))
                .toList();
    }

    private static String table(Figures figures, List<Column> columns, String format) {
        if (columns.isEmpty()) {
            return "";
        }
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder("| batch x classes |");
        StringBuilder rule = new StringBuilder("|---|");
        for (Column column : columns) {
            head.append(' ').append(column.label).append(" |");
            rule.append("---:|");
        }
        lines.add(head.toString());
        lines.add(rule.toString());
        for (String shape : figures.shapes()) {
            StringBuilder line = new StringBuilder("| ").append(shape.replace("x", " x ")).append(" |");
            for (Column column : columns) {
                double value = column.valueOfShape.applyAsDouble(shape);
                String text = Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
                line.append(' ').append(text).append(" |");
            }
            lines.add(line.toString());
        }
        return String.join("\n", lines) + "\n";
    }
}
