package io.github.surprisal;

import io.github.surprisal.internal.operations.ClassSettings;
import java.util.Objects;

/** The options of losses whose targets are classes. */
abstract class LossBuilder<B extends LossBuilder<B>> extends ReductionBuilder<B> {

    private double[] classWeights = {};
    private int[] ignored = {};

    ClassSettings classSettings(double labelSmoothing) {
        return ClassSettings.of(classWeights, ignored, labelSmoothing);
    }

    // The two below have this class as their return type, which what was compiled against 0.1.0 links to.

    @Override
    public B reduction(Reduction reduction) {
        return super.reduction(reduction);
    }

    @Override
    public B emptyMean(EmptyMean policy) {
        return super.emptyMean(policy);
    }

    /**
     * Weights of the classes: the loss of a sample is multiplied by the weight of its target, or, with class
     * probabilities, the term of each class by its weight. 1 each unless told otherwise.
     *
     * @param classWeights a weight for each class, finite and at least 0; copied. With class probabilities
     *        or smoothing, those above 0 are taken to lie between 1e-100 and 1e100: beyond, digits may be lost
     * @return this builder
     * @throws IllegalArgumentException if there is none, or one is negative, NaN or infinite
     * @throws NullPointerException if the array is null
     */
    public B classWeights(double... classWeights) {
        double[] copy = Objects.requireNonNull(classWeights, "classWeights").clone();
        Require.that(copy.length > 0, "classWeights.length is 0, but must be the number of classes");
        for (int i = 0; i < copy.length; i++) {
            Require.that(copy[i] >= 0.0 && copy[i] <= Double.MAX_VALUE,
                    "classWeights[%d] is %s, but must be finite and at least 0", i, copy[i]);
        }
        this.classWeights = copy;
        return self();
    }

    /**
     * Target indices that mean "no target": such samples have loss 0 and gradient 0, do not count in the mean, and
     * their logits are not read. An index may lie inside or outside the range of the classes. None unless told
     * otherwise; calling this again replaces the set. Class-probability targets are not affected.
     *
     * @param indices the indices; copied
     * @return this builder
     * @throws NullPointerException if the array is null
     */
    public B ignoreIndex(int... indices) {
        this.ignored = Objects.requireNonNull(indices, "indices").clone();
        return self();
    }
}
