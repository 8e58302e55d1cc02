package io.github.surprisal.internal;

/** What the builder of a loss was told, checked. Arrays are owned by this object. */
public final class LossSettings {

    /** What a mean over nothing is. */
    public enum EmptyMeanRule { NAN, ZERO, THROW }

    final boolean mean;
    /** One weight a class, or null for 1 each. */
    final double[] classWeights;
    final int[] ignored;
    private final double labelSmoothing;
    final EmptyMeanRule emptyMean;
    final Execution execution;
    /**
     * What the shares of classes in a loss are scaled by, so that those of the least weights and probabilities keep all
     * their digits until the last product.
     */
    static final double SHARE_SCALE = 0x1p100;
    /** (1 - labelSmoothing) SHARE_SCALE, as the sum of two doubles. */
    final double keepHigh;
    final double keepLow;

    /** All settings of a loss; {@code classWeights} may be null. */
    public LossSettings(boolean mean, double[] classWeights, int[] ignored, double labelSmoothing,
            EmptyMeanRule emptyMean, Execution execution) {
        this.mean = mean;
        this.classWeights = classWeights;
        this.ignored = ignored;
        this.labelSmoothing = labelSmoothing;
        this.emptyMean = emptyMean;
        this.execution = execution;
        this.keepHigh = (1.0 - labelSmoothing) * SHARE_SCALE;
        this.keepLow = Sums.error(1.0, -labelSmoothing) * SHARE_SCALE;
    }

    boolean smooths() {
        return labelSmoothing > 0.0;
    }

    /** What every class has of the smoothing mass, labelSmoothing / classes SHARE_SCALE, as the sum of two doubles. */
    double floorHigh(int classes) {
        return labelSmoothing * SHARE_SCALE / classes;
    }

    double floorLow(int classes) {
        return Math.fma(-floorHigh(classes), classes, labelSmoothing * SHARE_SCALE) / classes;
    }

    boolean ignores(int target) {
        for (int index : ignored) {
            if (index == target) {
                return true;
            }
        }
        return false;
    }

    double weight(int target) {
        return classWeights == null ? 1.0 : classWeights[target];
    }
}
