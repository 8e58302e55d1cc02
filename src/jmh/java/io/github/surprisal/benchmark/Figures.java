package io.github.surprisal.benchmark;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was measured for one operation: by shape and implementation, one figure per round. */
final class Figures {
    private final Map<String, Map<Implementation, double[]>> nanosPerLogit = new LinkedHashMap<>();
    private final Map<String, Map<Implementation, double[]>> bytesPerCall = new LinkedHashMap<>();

    void add(String shape, Implementation implementation, double nanosPerCall, double bytesPerCall) {
        append(nanosPerLogit, shape, implementation, nanosPerCall / Shapes.logits(shape));
        append(this.bytesPerCall, shape, implementation, bytesPerCall);
    }

    private static void append(
            Map<String, Map<Implementation, double[]>> figures, String shape, Implementation implementation, double x) {
        figures.computeIfAbsent(shape, key -> new EnumMap<>(Implementation.class))
                .merge(implementation, new double[] {x}, Figures::concatenate);
    }

    private static double[] concatenate(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    Iterable<String> shapes() {
        return nanosPerLogit.keySet();
    }

    boolean has(Implementation implementation) {
        return nanosPerLogit.values().stream().anyMatch(row -> row.containsKey(implementation));
    }

    /** Median over the rounds; NaN where nothing was measured. */
    double nanosPerLogit(String shape, Implementation implementation) {
        return median(nanosPerLogit.get(shape).get(implementation));
    }

    /** Median over the rounds; NaN where nothing was measured. */
    double bytesPerCall(String shape, Implementation implementation) {
        return median(bytesPerCall.get(shape).get(implementation));
    }

    /**
     * How many times as long `slower` takes: the median of the ratios of each round, whose two figures were measured
     * within minutes of each other, so that a machine which changes its speed meanwhile distorts it least.
     */
    double ratio(String shape, Implementation slower, Implementation faster) {
        double[] a = nanosPerLogit.get(shape).get(slower);
        double[] b = nanosPerLogit.get(shape).get(faster);
        if (a == null || b == null) {
            return Double.NaN;
        }
        double[] ratios = new double[a.length];
        Arrays.setAll(ratios, round -> a[round] / b[round]);
        return median(ratios);
    }

    static double median(double[] values) {
        if (values == null) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
