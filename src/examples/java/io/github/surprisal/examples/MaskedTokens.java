package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Layout;
import io.github.surprisal.Softmax;
import java.util.Arrays;

/** The loss of a language model: sequences padded to one length, and a token that must never be produced. */
public final class MaskedTokens {

    private static final int BATCH = 2;
    private static final int TIME = 3;
    private static final int VOCABULARY = 4; // padding, "the", "cat", "sat"
    private static final int PAD = 0; // fills short sequences up

    private static final double NEVER = Double.NEGATIVE_INFINITY; // the logit of probability 0

    private MaskedTokens() {
    }

    public static void main(String[] args) {
        // [batch, time, vocabulary]: the model's scores for the next token. PAD is forbidden everywhere. The last
        // position is padding; its logits are not even read, so that rubbish does no harm there.
        double[] logits = {
            NEVER, 2.0, 0.5, 0.1,    NEVER, 0.3, 1.5, 0.2,    NEVER, 0.1, 0.4, 2.2,
            NEVER, 1.0, 1.0, 1.0,    NEVER, 0.0, 0.0, 3.0,    Double.NaN, 9.9, 9.9, 9.9};
        // [batch, time]: the token that did follow, or PAD where the sequence has ended.
        int[] targets = {
            1, 2, 3,
            2, 3, PAD};

        Layout layout = Layout.alongAxis(-1, BATCH, TIME, VOCABULARY); // the classes are on the last axis
        CrossEntropyLoss crossEntropy = CrossEntropyLoss.builder().ignoreIndex(PAD).build();
        double[] losses = new double[BATCH * TIME];
        double[] gradient = new double[logits.length];

        crossEntropy.forwardPerSample(logits, layout, targets, losses);
        System.out.println("Loss of each token, 0 where there is none:");
        System.out.printf("  %.4f  %.4f  %.4f%n  %.4f  %.4f  %.4f%n", Arrays.stream(losses).boxed().toArray());

        double loss = crossEntropy.forwardBackward(logits, layout, targets, 1.0, gradient);
        System.out.printf("Their mean over %.0f tokens: %.4f%n", crossEntropy.denominator(layout, targets), loss);

        System.out.println("Gradient of the second sequence; the forbidden token and the padding get 0:");
        for (int position = TIME; position < 2 * TIME; position++) {
            System.out.printf("  %7.4f  %7.4f  %7.4f  %7.4f%n", row(gradient, position));
        }

        double[] probabilities = new double[logits.length];
        Softmax.create().forward(logits, layout, probabilities);
        System.out.println("Probabilities of the first position; those allowed sum to 1:");
        System.out.printf("  %7.4f  %7.4f  %7.4f  %7.4f%n", row(probabilities, 0));
    }

    private static Object[] row(double[] values, int position) {
        return Arrays.stream(values, position * VOCABULARY, (position + 1) * VOCABULARY).boxed().toArray();
    }
}
