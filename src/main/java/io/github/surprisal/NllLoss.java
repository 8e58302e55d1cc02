package io.github.surprisal;

import io.github.surprisal.internal.operations.IndexNll;
import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.operations.ProbabilityNll;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.io.InvalidObjectException;
import java.io.Serializable;

/**
 * Negative log-likelihood of targets under given log-probabilities, such as those of {@link LogSoftmax}.
 *
 * <p>With log-probabilities logp of a sample, target index t and class weights w,
 * <pre>
 *   loss     = w[t] (-logp[t])
 *   loss     = sum over c of w[c] q[c] (-logp[c])            for class probabilities q
 *   gradient = -upstream * share * m[c]                      with respect to logp
 * </pre>
 * where m[c] is what multiplies -logp[c] in the loss, and share is 1 / denominator for {@link Reduction#MEAN} and 1 for
 * {@link Reduction#SUM}. The gradient does not depend on the log-probabilities: all second derivatives are
 * 0. For logits, {@link CrossEntropyLoss} is the same in one step, and keeps more of the tails.
 *
 * <p><b>Accuracy.</b> With class indices the loss and the gradient of a sample are correctly rounded unless subnormal;
 * with class probabilities they are within 2 ulp, as long as the weights, the probabilities and their products are 0 or
 * normal doubles. Held by {@code RandomOracleTest}.
 *
 * <p><b>Special cases.</b> A log-probability of -Infinity at the target makes the loss +Infinity, a NaN makes it NaN;
 * the gradient depends on neither. That log-probabilities are at most 0 is not checked. A target probability or weight
 * of 0 times an infinite loss is 0. With class indices, a sample whose target weighs 0 has loss 0 and
 * gradient 0 whatever its log-probabilities are, and a mean over a total weight of 0 is what {@link EmptyMean} says, its
 * gradient 0.
 *
 * <p><b>Logits or probabilities by mistake.</b> The loss of log-probabilities is never negative. A negative loss, of a
 * batch or in {@link #forwardPerSample(double[], Layout, int[], double[]) forwardPerSample}, says that something else
 * was passed: logits, for which there is {@link CrossEntropyLoss}, or probabilities, whose unweighted losses all lie
 * between -1 and 0.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}.
 *
 * @see CrossEntropyLoss
 */
public final class NllLoss extends ClassLoss {

    private static final long serialVersionUID = 1L;

    private NllLoss(Builder builder) {
        super("logProbabilities", builder, 0.0);
    }

    /**
     * The loss with default options: the mean over the batch, sequential.
     *
     * @return the loss
     */
    public static NllLoss create() {
        return builder().build();
    }

    /**
     * A builder of a loss with other options.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    LossOperation indexOperation(Geometry g, Elements door, Object logProbabilities, int[] targets) {
        return IndexNll.of(g, door, logProbabilities, targets, settings());
    }

    @Override
    LossOperation operation(Geometry g, Elements door, Object logProbabilities, Object targets) {
        return ProbabilityNll.of(g, door, logProbabilities, targets, settings());
    }

    @Override
    Serializable serialized() {
        return new Options(options());
    }

    /** What is serialised. */
    private record Options(ClassLossOptions options) implements Serializable {

        private static final long serialVersionUID = 1L;

        private Object readResolve() throws InvalidObjectException {
            try {
                return options.tell(builder()).build();
            } catch (IllegalArgumentException | NullPointerException e) {
                throw Serialized.refusal(e);
            }
        }
    }

    /** The options of a {@link NllLoss}. Not thread-safe; what it builds is. */
    public static final class Builder extends LossBuilder<Builder> {

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }


        /**
         * A loss with the options told so far.
         *
         * @return the loss
         */
        public NllLoss build() {
            return new NllLoss(this);
        }
    }
}
