package io.github.surprisal.examples;

/** Counts how often each class was taken for each other class, as a table. */
final class ConfusionMatrix {

    private final int[][] counts; // [label][predicted]

    private ConfusionMatrix(int[][] counts) {
        this.counts = counts;
    }

    static ConfusionMatrix of(int[] labels, int[] predicted, int classes) {
        int[][] counts = new int[classes][classes];
        for (int i = 0; i < labels.length; i++) {
            counts[labels[i]][predicted[i]]++;
        }
        return new ConfusionMatrix(counts);
    }

    /** One row for each label, one column for each prediction; a dot is 0, so that the errors stand out. */
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(String.format("%11s", "predicted"));
        for (int predicted = 0; predicted < counts.length; predicted++) {
            table.append(String.format("%5d", predicted));
        }
        table.append(System.lineSeparator());
        for (int label = 0; label < counts.length; label++) {
            table.append(String.format("%9s %d", label == 0 ? "true" : "", label));
            for (int count : counts[label]) {
                table.append(String.format("%5s", count == 0 ? "." : count));
            }
            table.append(System.lineSeparator());
        }
        return table.toString();
    }
}
