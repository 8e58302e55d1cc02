package io.github.surprisal.benchmark;

/**
 * Cross-entropy as a careful Java programmer writes it without a library: maximum subtracted, {@link Math#exp} once per
 * logit and kept in the output array, one division per row, no allocation.
 *
 * <p>Rows are contiguous; {@link #forwardInner} and its neighbours are the same loops for a class axis in the middle.
 */
final class PlainLoop {
    private PlainLoop() {}

    static double forward(double[] logits, int classes, int[] targets) {
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
            int first = row * classes;
            double max = max(logits, first, classes);
            double sum = 0;
            for (int i = first; i < first + classes; i++) {
                sum += Math.exp(logits[i] - max);
            }
            loss += max + Math.log(sum) - logits[first + targets[row]];
        }
        return loss / targets.length;
    }

    static double forwardBackward(double[] logits, int classes, int[] targets, double[] gradient) {
        int rows = targets.length;
        double loss = 0;
        for (int row = 0; row < rows; row++) {
            int first = row * classes;
            double max = max(logits, first, classes);
            double sum = exponentiate(logits, first, classes, max, gradient);
            loss += max + Math.log(sum) - logits[first + targets[row]];
            scale(gradient, first, classes, 1 / (sum * rows));
            gradient[first + targets[row]] -= 1.0 / rows;
        }
        return loss / rows;
    }

    /** Targets are class probabilities, shape of the logits, each row summing to 1. */
    static double forwardBackward(double[] logits, int classes, double[] targets, double[] gradient) {
        int rows = logits.length / classes;
        double loss = 0;
        for (int row = 0; row < rows; row++) {
            int first = row * classes;
            double max = max(logits, first, classes);
            double sum = exponentiate(logits, first, classes, max, gradient);
            double logSumExp = max + Math.log(sum);
            double factor = 1 / (sum * rows);
            double inverseRows = 1.0 / rows;
            for (int i = first; i < first + classes; i++) {
                if (targets[i] != 0) { // 0 * Infinity would be NaN
                    loss += targets[i] * (logSumExp - logits[i]);
                }
                gradient[i] = gradient[i] * factor - targets[i] * inverseRows;
            }
        }
        return loss / rows;
    }

    static void softmax(double[] logits, int classes, double[] probabilities) {
        for (int first = 0; first < logits.length; first += classes) {
            double max = max(logits, first, classes);
            double sum = exponentiate(logits, first, classes, max, probabilities);
            scale(probabilities, first, classes, 1 / sum);
        }
    }

    static void logSoftmax(double[] logits, int classes, double[] logProbabilities) {
        for (int first = 0; first < logits.length; first += classes) {
            double max = max(logits, first, classes);
            double sum = 0;
            for (int i = first; i < first + classes; i++) {
                sum += Math.exp(logits[i] - max);
            }
            double logSumExp = max + Math.log(sum);
            for (int i = first; i < first + classes; i++) {
                logProbabilities[i] = logits[i] - logSumExp;
            }
        }
    }

    private static double max(double[] logits, int first, int classes) {
        double max = logits[first];
        for (int i = first + 1; i < first + classes; i++) {
            if (logits[i] > max) { // not Math.max, whose care for NaN and -0 makes it slower
                max = logits[i];
            }
        }
        return max;
    }

    private static double exponentiate(double[] logits, int first, int classes, double max, double[] exponentials) {
        double sum = 0;
        for (int i = first; i < first + classes; i++) {
            double e = Math.exp(logits[i] - max);
            exponentials[i] = e;
            sum += e;
        }
        return sum;
    }

    private static void scale(double[] values, int first, int classes, double factor) {
        for (int i = first; i < first + classes; i++) {
            values[i] *= factor;
        }
    }

    /** Shape [batch, classes, inner]; targets [batch, inner]. */
    static double forwardInner(double[] logits, int classes, int inner, int[] targets) {
        double loss = 0;
        for (int sample = 0; sample < targets.length; sample++) {
            int first = sample / inner * classes * inner + sample % inner;
            int end = first + classes * inner;
            double max = maxInner(logits, first, end, inner);
            double sum = 0;
            for (int i = first; i < end; i += inner) {
                sum += Math.exp(logits[i] - max);
            }
            loss += max + Math.log(sum) - logits[first + targets[sample] * inner];
        }
        return loss / targets.length;
    }

    /** Shape [batch, classes, inner]; targets [batch, inner]. */
    static double forwardBackwardInner(double[] logits, int classes, int inner, int[] targets, double[] gradient) {
        int samples = targets.length;
        double loss = 0;
        for (int sample = 0; sample < samples; sample++) {
            int first = sample / inner * classes * inner + sample % inner;
            int end = first + classes * inner;
            double max = maxInner(logits, first, end, inner);
            double sum = 0;
            for (int i = first; i < end; i += inner) {
                double e = Math.exp(logits[i] - max);
                gradient[i] = e;
                sum += e;
            }
            int target = first + targets[sample] * inner;
            loss += max + Math.log(sum) - logits[target];
            double factor = 1 / (sum * samples);
            for (int i = first; i < end; i += inner) {
                gradient[i] *= factor;
            }
            gradient[target] -= 1.0 / samples;
        }
        return loss / samples;
    }

    private static double maxInner(double[] logits, int first, int end, int inner) {
        double max = logits[first];
        for (int i = first + inner; i < end; i += inner) {
            if (logits[i] > max) {
                max = logits[i];
            }
        }
        return max;
    }
}
