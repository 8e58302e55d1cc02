package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Layout;
import io.github.surprisal.Softmax;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** What the example says before, between and after the training runs. */
final class Report {

    private static final String SHADES = " .:-=+*#%@";

    private final PrintStream out;
    private final StringBuilder comparison = new StringBuilder();

    Report(PrintStream out) {
        this.out = out;
    }

    void introduce(Digits.Split split, long seed, String kernels) {
        print("Handwritten digits (Alpaydin and Kaynak 1998, doi:10.24432/C50P49, CC BY 4.0)%n"
                + "%,d to learn from, %d held out: a random split within each class, seed %d.%n"
                + "The same writers may be on both sides of it: expect less on writers never seen.%n"
                + "Surprisal's kernels: %s%n", split.train().size(), split.test().size(), seed, kernels);
    }

    void start(Model model) {
        print("%n%s, %,d parameters%n", model.name(), model.parameters());
    }

    void finish(Model model, Digits test) {
        Evaluation evaluation = Evaluation.of(model, test);
        comparison.append(String.format(Locale.ROOT, "%-20s %10.4f %9.2f %% %12.4f%n", model.name(),
                evaluation.loss(), 100 * evaluation.accuracy(), evaluation.perplexity()));
        print("%n%s", ConfusionMatrix.of(test.labels(), evaluation.predicted(), Digits.CLASSES));
        mostSurprising(evaluation, test);
    }

    /** Shows the test digit with the largest loss, and what the model made of it. */
    private void mostSurprising(Evaluation evaluation, Digits test) {
        double[] losses = new double[test.size()];
        Layout layout = Layout.of(test.size(), Digits.CLASSES);
        CrossEntropyLoss.create().forwardPerSample(evaluation.logits(), layout, test.labels(), losses);
        int worst = 0;
        for (int i = 1; i < losses.length; i++) {
            if (losses[i] > losses[worst]) {
                worst = i;
            }
        }
        double[] probabilities = Softmax.create().forward(evaluation.logits(), Digits.CLASSES);
        int label = test.labels()[worst];
        int predicted = evaluation.predicted()[worst];
        int row = worst * Digits.CLASSES;
        print("%nMost surprising: this %d, held to be %d with probability %.2g, and %d with %.2g (%.2f nats)%n",
                label, predicted, probabilities[row + predicted], label, probabilities[row + label], losses[worst]);
        draw(test, worst);
    }

    private void draw(Digits digits, int index) {
        for (int y = 0; y < Digits.SIDE; y++) {
            StringBuilder line = new StringBuilder("    ");
            for (int x = 0; x < Digits.SIDE; x++) {
                double ink = digits.pixels()[index * Digits.PIXELS + y * Digits.SIDE + x];
                char shade = SHADES.charAt((int) (ink * (SHADES.length() - 1)));
                line.append(shade).append(shade); // twice, since a character is about twice as high as wide
            }
            print("%s%n", line.toString().stripTrailing());
        }
    }

    void compare() {
        print("%n%-20s %10s %11s %12s%n%s", "On the test digits", "loss", "accuracy", "perplexity", comparison);
    }

    void picture(Path path) {
        print("%nLoss curve: %s%n", path.toAbsolutePath());
    }

    private void print(String format, Object... values) {
        out.printf(Locale.ROOT, format, values);
    }
}
