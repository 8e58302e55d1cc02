package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Layout;
import io.github.surprisal.Reduction;
import java.util.Random;

/** A batch taken in parts whose gradients add up to that of the mean over the whole batch. */
public final class MicroBatches {

    private static final int BATCH = 1000;
    private static final int PART = 100;
    private static final int CLASSES = 4;
    private static final int NONE = -100; // the target of a sample without one

    private MicroBatches() {
    }

    public static void main(String[] args) {
        Random random = new Random(1);
        double[] logits = random.doubles(BATCH * CLASSES, -3, 3).toArray();
        // A third of the samples has no target, so that the parts do not count equally.
        int[] targets = random.ints(BATCH, 0, 6).map(i -> i < CLASSES ? i : NONE).toArray();

        CrossEntropyLoss mean = CrossEntropyLoss.builder().ignoreIndex(NONE).build();
        double[] gradient = new double[logits.length];
        double wholeLoss = mean.forwardBackward(logits, CLASSES, targets, gradient);
        double[] whole = new double[CLASSES];
        addBiasGradient(gradient, whole);

        // In parts: sums, and the denominator of the whole batch, which its targets alone give.
        CrossEntropyLoss sum = CrossEntropyLoss.builder().ignoreIndex(NONE).reduction(Reduction.SUM).build();
        double denominator = sum.denominator(Layout.of(BATCH, CLASSES), targets);
        double loss = 0;
        double[] added = new double[CLASSES];
        double meanOfMeans = 0;
        for (int from = 0; from < BATCH; from += PART) {
            // The part's logits and targets lie in the arrays of the whole batch: nothing is copied.
            Layout part = Layout.of(PART, CLASSES).at(from * CLASSES).targetsAt(from);
            meanOfMeans += mean.forward(logits, part, targets) * PART / BATCH;
            // The upstream factor 1 / denominator is for the gradient, which replaces the logits; not for the loss.
            loss += sum.forwardBackward(logits, part, targets, 1 / denominator, logits) / denominator;
        }
        addBiasGradient(logits, added);

        System.out.printf("Mean loss of the %.0f samples with a target, of %d in all:%n", denominator, BATCH);
        System.out.printf("  in one batch                     %.16f%n", wholeLoss);
        System.out.printf("  sums of the parts / denominator  %.16f%n", loss);
        System.out.printf("  mean of the parts' means         %.16f, another number%n", meanOfMeans);
        System.out.println("Gradient of a bias that all samples share:");
        System.out.printf("  class  %-24s  %-24s  difference%n", "in one batch", "parts added up");
        // A sum of n terms whose magnitudes add up to at most 1 is rounded by at most n ulp of 1.
        boolean rounding = true;
        for (int c = 0; c < CLASSES; c++) {
            double difference = Math.abs(added[c] - whole[c]);
            System.out.printf("  %5d  %-24s  %-24s  %.1e%n", c, whole[c], added[c], difference);
            rounding &= difference <= BATCH * Math.ulp(1.0);
        }
        System.out.println("No difference exceeds what rounding can do: " + rounding);
    }

    /** Adds the gradient with respect to a bias of each class, which is that of the logits, summed over the samples. */
    private static void addBiasGradient(double[] logitGradient, double[] biasGradient) {
        for (int i = 0; i < logitGradient.length; i++) {
            biasGradient[i % CLASSES] += logitGradient[i];
        }
    }
}
