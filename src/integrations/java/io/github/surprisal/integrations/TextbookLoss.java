package io.github.surprisal.integrations;

/** What is written where a library has no loss of its own: the formula as it stands in textbooks. */
final class TextbookLoss implements LinearClassifier.BatchLoss {

    @Override
    public double lossAndGradient(double[] logits, int classes, int[] targets) {
        double total = 0;
        for (int s = 0; s < targets.length; s++) {
            int at = s * classes;
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                logits[at + c] = Math.exp(logits[at + c]);
                sum += logits[at + c];
            }
            total -= Math.log(logits[at + targets[s]] / sum);
            for (int c = 0; c < classes; c++) {
                logits[at + c] = (logits[at + c] / sum - (c == targets[s] ? 1 : 0)) / targets.length;
            }
        }
        return total / targets.length;
    }
}
