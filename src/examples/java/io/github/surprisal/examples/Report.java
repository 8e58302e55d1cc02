package io.github.surprisal.examples;

import io.github.surprisal.examples.Training.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Texts about what a network makes of the test digits. */
final class Report {

    private static final String SHADES = " .:-=+*#%@";

    private Report() {
    }

    /** How often each digit was taken for each other; a dot is 0, so that the errors stand out. */
    static String confusionMatrix(Verdict verdict) {
        int[][] counts = new int[Digit.CLASSES][Digit.CLASSES]; // [label][predicted]
        for (int i = 0; i < verdict.labels().length; i++) {
            counts[verdict.labels()[i]][verdict.predicted()[i]]++;
        }
        StringBuilder table = new StringBuilder("  predicted    0    1    2    3    4    5    6    7    8    9\n");
        for (int label = 0; label < Digit.CLASSES; label++) {
            table.append(label == 0 ? "     true " : "          ").append(label);
            for (int count : counts[label]) {
                table.append(String.format("%5s", count == 0 ? "." : count));
            }
            table.append('\n');
        }
        return table.toString();
    }

    /** The digit with the largest loss, and what the network took it for. */
    static String mostSurprising(Verdict verdict, List<Digit> digits) {
        double[] losses = verdict.losses();
        int worst = IntStream.range(0, losses.length).reduce(0, (i, j) -> losses[j] > losses[i] ? j : i);
        int label = verdict.labels()[worst];
        int predicted = verdict.predicted()[worst];
        double probability = verdict.probabilities()[worst * Digit.CLASSES + label];
        return String.format(Locale.ROOT,
                "Most surprising: this %d, taken for %d (probability of %d: %.2g, loss %.2f)\n%s",
                label, predicted, label, probability, losses[worst], drawing(digits.get(worst).pixels()));
    }

    private static String drawing(double[] pixels) {
        StringBuilder drawing = new StringBuilder();
        for (int row = 0; row < Digit.SIDE; row++) {
            drawing.append(Arrays.stream(pixels, row * Digit.SIDE, (row + 1) * Digit.SIDE)
                    .mapToObj(ink -> SHADES.substring((int) (9 * ink), (int) (9 * ink) + 1).repeat(2))
                    .collect(Collectors.joining()).stripTrailing()).append('\n');
        }
        return drawing.toString();
    }
}
