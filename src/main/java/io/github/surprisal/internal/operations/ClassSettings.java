package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Sums;
import java.util.Arrays;

/** How the classes of a sample enter its loss: weights, ignored indices, label smoothing. Immutable. */
public final class ClassSettings {

    /** Weight 1 for each class, as many as are asked for at most. */
    private static final double[] NO_WEIGHTS = {};

    /** (1 - labelSmoothing) as the sum of two doubles. */
    final double keepHigh;
    final double keepLow;

    private final double[] weights;
    private final int[] ignored;
    private final double labelSmoothing;
    private final boolean anyWeightless;

    private ClassSettings(double[] weights, int[] ignored, double labelSmoothing) {
        this.weights = weights;
        this.ignored = ignored;
        this.labelSmoothing = labelSmoothing;
        this.keepHigh = 1.0 - labelSmoothing;
        this.keepLow = Sums.error(1.0, -labelSmoothing);
        this.anyWeightless = Arrays.stream(weights).anyMatch(weight -> weight == 0.0);
    }

    /** Settings with a weight for each class; no weights at all stand for 1 each. The arrays are copied. */
    public static ClassSettings of(double[] weights, int[] ignored, double labelSmoothing) {
        return new ClassSettings(weights.length == 0 ? NO_WEIGHTS : weights.clone(), ignored.clone(), labelSmoothing);
    }

    /** Whether classes have weights. */
    public boolean weighs() {
        return weights.length > 0;
    }

    /** The number of weights. */
    public int weights() {
        return weights.length;
    }

    /** The weight of a class. */
    public double weight(int c) {
        return weights.length == 0 ? 1.0 : weights[c];
    }

    /** The weights of the classes, as {@link #of} takes them. */
    public double[] copyOfWeights() {
        return weights.clone();
    }

    /** The target indices that mean "no target". */
    public int[] copyOfIgnored() {
        return ignored.clone();
    }

    /** The share of the label smoothing. */
    public double labelSmoothing() {
        return labelSmoothing;
    }

    double[] weightArray() {
        return weights;
    }

    /** Whether a target index means "no target". */
    public boolean ignores(int target) {
        for (int index : ignored) {
            if (index == target) {
                return true;
            }
        }
        return false;
    }

    /** Whether targets may be {@linkplain #skips skipped}. */
    boolean maySkip() {
        return ignored.length > 0 || anyWeightless && !smooths();
    }

    /** Whether a sample of this target has loss 0 and gradient 0 whatever its logits: ignored, or of weight 0. */
    public boolean skips(int target) {
        return ignores(target) || anyWeightless && !smooths() && weights[target] == 0.0;
    }

    /** Whether all targets count, and alike. */
    public boolean countsAlike() {
        return ignored.length == 0 && weights.length == 0;
    }

    /** Whether labels are smoothed. */
    public boolean smooths() {
        return labelSmoothing > 0.0;
    }

    /** What every class has of the smoothing mass, labelSmoothing / classes, as the sum of two doubles. */
    double floorHigh(int classes) {
        return labelSmoothing / classes;
    }

    double floorLow(int classes) {
        return Math.fma(-floorHigh(classes), classes, labelSmoothing) / classes;
    }
}
