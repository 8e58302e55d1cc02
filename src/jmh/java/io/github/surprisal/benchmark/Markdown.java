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
            new Ratio(Implementation.BASELINE_SCALAR, Implementation.SCALAR),
            new Ratio(Implementation.BASELINE_VECTOR, Implementation.VECTOR),
            new Ratio(Implementation.PYTORCH, Implementation.SCALAR),
            new Ratio(Implementation.PYTORCH, Implementation.VECTOR),
            new Ratio(Implementation.TRIBUO, Implementation.VECTOR),
            new Ratio(Implementation.SCALAR, Implementation.SCALAR_PARALLEL),
            new Ratio(Implementation.VECTOR, Implementation.VECTOR_PARALLEL));

    private record Column(String label, ToDoubleFunction<String> valueOfRow) {}

    /** What took how long, and the ratios of the columns. */
    static void printTimes(String unit, Figures times) {
        print(unit, times, "%.2f");
        List<Column> columns = RATIOS.stream()
                .filter(ratio -> times.has(ratio.slower) && times.has(ratio.faster))
                .map(ratio -> new Column(ratio.label(), row -> times.ratio(row, ratio.slower, ratio.faster)))
                .toList();
        if (!columns.isEmpty()) {
            print("How many times as long (first / second)", times, columns, "%.2f");
        }
    }

    static void print(String title, Figures figures, String format) {
        List<Column> columns = Arrays.stream(Implementation.values())
                .filter(figures::has)
                .map(i -> new Column(i.label, row -> figures.median(row, i)))
                .toList();
        print(title, figures, columns, format);
    }

    private static void print(String title, Figures figures, List<Column> columns, String format) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder("| batch x classes |");
        StringBuilder rule = new StringBuilder("|---|");
        for (Column column : columns) {
            head.append(' ').append(column.label).append(" |");
            rule.append("---:|");
        }
        lines.add(head.toString());
        lines.add(rule.toString());
        for (String row : figures.rows()) {
            StringBuilder line = new StringBuilder("| ").append(row).append(" |");
            for (Column column : columns) {
                double value = column.valueOfRow.applyAsDouble(row);
                String text = Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
                line.append(' ').append(text).append(" |");
            }
            lines.add(line.toString());
        }
        System.out.println("\n" + title + ":\n\n" + String.join("\n", lines));
    }
}
