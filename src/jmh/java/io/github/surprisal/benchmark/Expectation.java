package io.github.surprisal.benchmark;

/**
 * The results the textbook formula gives with StrictMath and compensated sums, sample by sample, for comparison.
 *
 * <p>It guards against timing something that computes another quantity, not against a lost bit: that is the tests'
 * work. Hence the wide tolerance. The rounding of x - max (|x - max| below 640 here) costs at most 640 * 2^-53 = 7e-14
 * of an exponential, an uncompensated sum over 128,256 classes at most 128,256 * 2^-53 = 1.4e-11 and in practice
 * some 4e-14. A wrong label, sign, reduction or a skipped row is off by 1e-6 or more.
 */
final class Expectation {
    private static final double TOLERANCE = 2e-11;

    private final Workload data;
    private final double[] exponentials;

    Expectation(Workload data) {
        this.data = data;
        this.exponentials = new double[data.classes];
    }

    void check(Operation operation, double actualLoss, double[] actual) {
        int samples = data.batch * data.inner;
        CompensatedSum loss = new CompensatedSum();
        for (int sample = 0; sample < samples; sample++) {
            int first = data.first(sample);
            double max = max(first);
            double sum = exponentiate(first, max);
            double logSum = StrictMath.log(sum);
            loss.add(loss(operation, sample, max + logSum));
            if (operation == Operation.forward) {
                continue;
            }
            for (int c = 0; c < data.classes; c++) {
                int i = first + c * data.inner;
                double probability = exponentials[c] / sum;
                switch (operation) {
                    case softmax -> close("probability", i, probability, actual[i], probability);
                    case logSoftmax -> {
                        double expected = data.logits[i] - max - logSum;
                        // The two terms may cancel, so the error is one of the larger of them.
                        close("log-probability", i, expected, actual[i], Math.max(1, Math.abs(expected)));
                    }
                    default -> {
                        double target = target(operation, sample, c, i);
                        double scale = Math.max(probability, target) / samples;
                        close("gradient", i, (probability - target) / samples, actual[i], scale);
                    }
                }
            }
        }
        if (operation != Operation.softmax && operation != Operation.logSoftmax) {
            double expected = loss.value() / samples;
            // Log-sum-exp and the target's logit may cancel, so the error is one of what they are like, 1 or more.
            close("loss", 0, expected, actualLoss, Math.max(1, expected));
        }
    }

    private double loss(Operation operation, int sample, double logSumExp) {
        int first = data.first(sample);
        if (operation != Operation.probabilityTargets) {
            return logSumExp - data.logits[first + data.targets[sample] * data.inner];
        }
        CompensatedSum sum = new CompensatedSum();
        for (int c = 0; c < data.classes; c++) {
            int i = first + c * data.inner;
            if (data.targetProbabilities[i] != 0) { // else 0 even where the logarithm is -Infinity
                sum.add(data.targetProbabilities[i] * (logSumExp - data.logits[i]));
            }
        }
        return sum.value();
    }

    private double target(Operation operation, int sample, int c, int index) {
        if (operation == Operation.probabilityTargets) {
            return data.targetProbabilities[index];
        }
        return c == data.targets[sample] ? 1 : 0;
    }

    private double max(int first) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < data.classes; c++) {
            max = Math.max(max, data.logits[first + c * data.inner]);
        }
        return max;
    }

    private double exponentiate(int first, double max) {
        CompensatedSum sum = new CompensatedSum();
        for (int c = 0; c < data.classes; c++) {
            exponentials[c] = StrictMath.exp(data.logits[first + c * data.inner] - max);
            sum.add(exponentials[c]);
        }
        return sum.value();
    }

    private void close(String role, int index, double expected, double actual, double scale) {
        boolean close = actual == expected // infinities
                || Math.abs(actual - expected) <= TOLERANCE * scale; // so written that NaN fails
        if (!close) {
            throw new AssertionError(data.getClass().getSimpleName() + ", " + data.input + ": " + role + "[" + index
                    + "] is " + actual + ", but must be " + expected + " within " + TOLERANCE * scale);
        }
    }

    /** Kahan's summation. */
    private static final class CompensatedSum {
        private double sum;
        private double low;

        void add(double value) {
            double corrected = value - low;
            double next = sum + corrected;
            low = (next - sum) - corrected;
            sum = next;
        }

        double value() {
            return sum;
        }
    }
}
