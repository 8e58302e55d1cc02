package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Softmax;

/**
 * How well a model does on digits it is not learning from.
 *
 * @param logits [size, CLASSES]
 * @param predicted [size], the most probable class of each digit
 * @param loss the mean cross-entropy, in nats
 * @param accuracy the share of digits whose most probable class is right
 */
record Evaluation(double[] logits, int[] predicted, double loss, double accuracy) {

    private static final CrossEntropyLoss CROSS_ENTROPY = CrossEntropyLoss.create();
    private static final Softmax SOFTMAX = Softmax.create();

    static Evaluation of(Model model, Digits digits) {
        double[] logits = new double[digits.size() * Digits.CLASSES];
        model.forward(digits.pixels(), digits.size(), logits);
        // The short forms: the arrays hold exactly the samples, so their lengths are the layout.
        double loss = CROSS_ENTROPY.forward(logits, digits.labels());
        int[] predicted = SOFTMAX.predict(logits, Digits.CLASSES);
        return new Evaluation(logits, predicted, loss, accuracy(predicted, digits.labels()));
    }

    private static double accuracy(int[] predicted, int[] labels) {
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            if (predicted[i] == labels[i]) {
                right++;
            }
        }
        return (double) right / labels.length;
    }

    /** Among how many equally likely classes one would have to guess to be as surprised as the model: from 1 up. */
    double perplexity() {
        return StrictMath.exp(loss);
    }
}
