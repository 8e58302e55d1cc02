package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Sums;
import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.likelihoods.Likelihoods;
import io.github.surprisal.internal.rows.Block;
import java.util.Arrays;

/** How labels enter a binary loss: weights of their positive terms, smoothing. Immutable. */
public final class LabelSettings {

    /** Weights within which products of ordinary numbers stay ordinary. */
    private static final double LEAST = 0x1p-100;
    private static final double GREATEST = 0x1p100;

    /** (1 - labelSmoothing) as the sum of two doubles, and half of labelSmoothing. */
    final double keepHigh;
    final double keepLow;
    final double floor;

    private final double[] weights;
    private final Likelihood[] likelihoods;
    private final boolean moderate;

    /** One weight for all labels, or one for each; the array is copied. */
    public LabelSettings(double[] weights, double labelSmoothing) {
        this.weights = weights.clone();
        this.likelihoods = new Likelihood[weights.length];
        Arrays.setAll(likelihoods, label -> Likelihoods.bernoulli(weights[label], labelSmoothing));
        this.moderate = Arrays.stream(weights).allMatch(w -> w == 0.0 || w >= LEAST && w <= GREATEST);
        this.keepHigh = 1.0 - labelSmoothing;
        this.keepLow = Sums.error(1.0, -labelSmoothing);
        this.floor = 0.5 * labelSmoothing;
    }

    /** The number of weights: 1, or one for each label. */
    public int weights() {
        return weights.length;
    }

    /** Whether no product with a weight can leave the range of ordinary losses. */
    boolean isModerate() {
        return moderate;
    }

    /** The arithmetic of a label. */
    Likelihood likelihood(int label) {
        return likelihoods[weights.length == 1 ? 0 : label];
    }

    /** Lays the weights of the samples of a block beside them; {@code run} samples in a row have the same label. */
    void spread(Block b, int run, double[] into) {
        if (weights.length == 1) {
            Arrays.fill(into, 0, b.slots(), weights[0]);
            return;
        }
        for (int i = 0; i < b.count(); i++) {
            into[i] = weights[b.sample(i) / run % weights.length];
        }
    }
}
