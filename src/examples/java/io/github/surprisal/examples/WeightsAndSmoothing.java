package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Layout;

/** What class weights and label smoothing do to the losses, and what their mean divides by. */
public final class WeightsAndSmoothing {

    private static final Layout LAYOUT = Layout.of(4, 3); // [batch, classes]

    private static final double[] LOGITS = {
        2.0, 1.0, 0.1,
        0.5, 2.5, 0.3,
        1.2, 0.2, 0.4,
        3.0, 0.1, 0.2};
    private static final int[] TARGETS = {0, 1, 2, 0};
    /** The same targets as probabilities. Any other distribution of a sample could stand here. */
    private static final double[] PROBABILITIES = {
        1, 0, 0,
        0, 1, 0,
        0, 0, 1,
        1, 0, 0};

    private WeightsAndSmoothing() {
    }

    public static void main(String[] args) {
        double[] weights = {1, 1, 5}; // class 2 is rare: a sample of it counts like five others
        CrossEntropyLoss weighted = CrossEntropyLoss.builder().classWeights(weights).build();

        System.out.println("             losses of the four samples             sum / denominator =   mean");
        print("plain", CrossEntropyLoss.create());
        print("weighted", weighted);
        System.out.println("  The third sample is of class 2: its loss counts five times. The denominator");
        System.out.println("  is the sum of the weights of the targets, 1 + 1 + 5 + 1.");

        print("smoothed", CrossEntropyLoss.builder().labelSmoothing(0.1).build());
        System.out.println("  A tenth of each target is spread over all classes: a sure answer costs more.");

        print("both", CrossEntropyLoss.builder().classWeights(weights).labelSmoothing(0.1).build());
        System.out.println("  What is spread over class 2 weighs 5 too. The denominator is as without it.");

        System.out.println("Weighted, with the same targets as probabilities:");
        double[] losses = new double[LAYOUT.samples()];
        weighted.forwardPerSample(LOGITS, LAYOUT, PROBABILITIES, losses);
        print("", losses, weighted.denominator(LAYOUT, PROBABILITIES), weighted.forward(LOGITS, LAYOUT, PROBABILITIES));
        System.out.println("  The losses are the same, but the denominator is the number of samples.");
    }

    private static void print(String name, CrossEntropyLoss loss) {
        double[] losses = new double[LAYOUT.samples()];
        loss.forwardPerSample(LOGITS, LAYOUT, TARGETS, losses);
        print(name, losses, loss.denominator(LAYOUT, TARGETS), loss.forward(LOGITS, LAYOUT, TARGETS));
    }

    private static void print(String name, double[] losses, double denominator, double mean) {
        double sum = losses[0] + losses[1] + losses[2] + losses[3];
        System.out.printf("%-9s %8.4f %8.4f %8.4f %8.4f %9.4f / %11.0f = %6.4f%n", name,
                losses[0], losses[1], losses[2], losses[3], sum, denominator, mean);
    }
}
