package io.github.surprisal.integrations;

import io.github.surprisal.CrossEntropyLoss;
import java.util.Arrays;

/**
 * The loss of a linear classifier as a function of its weights, and its gradient: what optimisers ask for. The weights
 * are [classes, features + 1], flat; the last of a class is its bias.
 */
public final class LinearClassifier {

    /** The mean loss of logits [batch, classes], which are replaced by its gradient. */
    public interface BatchLoss {
        double lossAndGradient(double[] logits, int classes, int[] targets);
    }

    /** This library's: in place, from one pass. */
    public static final BatchLoss SURPRISAL = new BatchLoss() {
        private final CrossEntropyLoss loss = CrossEntropyLoss.create();

        @Override
        public double lossAndGradient(double[] logits, int classes, int[] targets) {
            return loss.forwardBackward(logits, classes, targets, logits);
        }
    };

    private final double[][] features;
    private final int[] targets;
    private final int classes;
    private final BatchLoss loss;

    public LinearClassifier(double[][] features, int[] targets, int classes, BatchLoss loss) {
        this.features = features;
        this.targets = targets;
        this.classes = classes;
        this.loss = loss;
    }

    /** How many weights there are. */
    public int weights() {
        return classes * (features[0].length + 1);
    }

    /** The mean loss; the gradient with respect to the weights is written to an array. */
    public double lossAndGradient(double[] weights, double[] gradient) {
        double[] logits = logits(features, weights, classes);
        double value = loss.lossAndGradient(logits, classes, targets);
        int n = features[0].length;
        Arrays.fill(gradient, 0.0);
        for (int s = 0; s < features.length; s++) {
            for (int c = 0; c < classes; c++) {
                double g = logits[s * classes + c];
                int at = c * (n + 1);
                for (int i = 0; i < n; i++) {
                    gradient[at + i] += g * features[s][i];
                }
                gradient[at + n] += g;
            }
        }
        return value;
    }

    /** The logits of samples, [batch, classes]. */
    public static double[] logits(double[][] features, double[] weights, int classes) {
        double[] logits = new double[features.length * classes];
        for (int s = 0; s < features.length; s++) {
            int n = features[s].length;
            for (int c = 0; c < classes; c++) {
                int at = c * (n + 1);
                double sum = weights[at + n];
                for (int i = 0; i < n; i++) {
                    sum += weights[at + i] * features[s][i];
                }
                logits[s * classes + c] = sum;
            }
        }
        return logits;
    }
}
