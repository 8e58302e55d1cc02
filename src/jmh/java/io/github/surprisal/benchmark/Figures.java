package io.github.surprisal.benchmark;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** One quantity as measured: by row of the table and implementation, one figure per round. */
final class Figures {
    private final Map<String, Map<Implementation, double[]>> figures = new LinkedHashMap<>();

    void add(String row, Implementation implementation, double figure) {
        figures.computeIfAbsent(row, key -> new EnumMap<>(Implementation.class))
                .merge(implementation, new double[] {figure}, Figures::concatenate);
    }

    private static double[] concatenate(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    Iterable<String> rows() {
        return figures.keySet();
    }

    boolean isEmpty() {
        return figures.isEmpty();
    }

    boolean has(Implementation implementation) {
        return figures.values().stream().anyMatch(row -> row.containsKey(implementation));
    }

    /** Median over the rounds; NaN where nothing was measured. */
    double median(String row, Implementation implementation) {
        return median(figures.get(row).get(implementation));
    }

    /**
     * How many times as much `numerator` has: the median of the ratios of each round, whose two figures were measured
     * within minutes of each other, so that a machine which changes its speed meanwhile distorts it least.
     */
    double ratio(String row, Implementation numerator, Implementation denominator) {
        double[] a = figures.get(row).get(numerator);
        double[] b = figures.get(row).get(denominator);
        if (a == null || b == null) {
            return Double.NaN;
        }
        double[] ratios = new double[a.length];
        Arrays.setAll(ratios, round -> a[round] / b[round]);
        return median(ratios);
    }

    private static double median(double[] values) {
        if (values == null) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
