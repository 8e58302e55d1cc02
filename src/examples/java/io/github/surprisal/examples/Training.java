package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Layout;
import io.github.surprisal.Softmax;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/** Training and judging a classifier: here the library is called. */
final class Training {

    private static final int BATCH = 32;

    private final double learningRate;
    private final CrossEntropyLoss crossEntropy;
    private final Softmax softmax;

    Training(double learningRate, int threads) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        this.learningRate = learningRate;
        this.crossEntropy = CrossEntropyLoss.builder().parallel(pool).build();
        this.softmax = Softmax.builder().parallel(pool).build();
    }

    /**
     * Goes once through the digits, in steps of mini-batch gradient descent.
     *
     * @return the mean loss of the digits, each taken just before the step it led to; in nats
     */
    double epoch(Network network, List<Digit> digits) {
        double sum = 0;
        for (int from = 0; from < digits.size(); from += BATCH) {
            List<Digit> batch = digits.subList(from, Math.min(from + BATCH, digits.size()));

            double[] logits = network.forward(Digit.pixels(batch));
            double[] gradient = new double[logits.length];
            double loss = crossEntropy.forwardBackward(logits, Digit.labels(batch), gradient);
            // The loss is a mean, and so is its gradient: the learning rate means the same for every batch size.
            network.descend(gradient, learningRate);

            sum += loss * batch.size(); // back from the mean, since the last batch may be smaller
        }
        return sum / digits.size();
    }

    /** What a network makes of digits, without learning from them. */
    Verdict judge(Network network, List<Digit> digits) {
        double[] logits = network.forward(Digit.pixels(digits));
        int[] labels = Digit.labels(digits);

        double loss = crossEntropy.forward(logits, labels);
        double[] losses = new double[labels.length];
        crossEntropy.forwardPerSample(logits, Layout.of(labels.length, Digit.CLASSES), labels, losses);
        double[] probabilities = softmax.forward(logits, Digit.CLASSES);
        int[] predicted = softmax.predict(logits, Digit.CLASSES);
        return new Verdict(labels, predicted, probabilities, losses, loss);
    }

    /**
     * What a network makes of digits.
     *
     * @param labels [digits], what they are
     * @param predicted [digits], what they are most probably, to the network
     * @param probabilities [digits, CLASSES]
     * @param losses [digits], how surprised the network is at the label, -log p, in nats
     * @param loss the mean of the losses
     */
    record Verdict(int[] labels, int[] predicted, double[] probabilities, double[] losses, double loss) {

        /** The share of the digits that are recognised, in percent. */
        double accuracy() {
            int right = 0;
            for (int i = 0; i < labels.length; i++) {
                right += predicted[i] == labels[i] ? 1 : 0;
            }
            return 100.0 * right / labels.length;
        }
    }
}
