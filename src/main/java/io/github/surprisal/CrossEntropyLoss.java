package io.github.surprisal;

import io.github.surprisal.internal.operations.IndexCrossEntropy;
import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.operations.ShareCrossEntropy;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.io.InvalidObjectException;
import java.io.Serializable;

/**
 * Softmax cross-entropy: the negative log-likelihood of the targets under the softmax of the logits, in one step.
 *
 * <p>With logits x of a sample, target index t, class weights w and label smoothing e over C classes,
 * <pre>
 *   logp[c]  = x[c] - log(sum over j of exp(x[j]))
 *   loss     = (1 - e) w[t] (-logp[t]) + (e / C) sum over c of w[c] (-logp[c])
 *   loss     = sum over c of w[c] ((1 - e) q[c] + e / C) (-logp[c])                  for class probabilities q
 *   gradient = upstream * share * (p[c] sum over j of m[j] - m[c])                   with p = exp(logp)
 * </pre>
 * where m[c] is what multiplies -logp[c] in the loss, and share is 1 / denominator for {@link Reduction#MEAN} and 1 for
 * {@link Reduction#SUM}. Without smoothing the gradient is softmax minus target.
 *
 * <p>The second derivative is p[c] (1 - p[c]) times the sum of m, and within 3 ulp in both tails. It does not depend on
 * the targets but for their weights, so that the Hessian and a Fisher information that leaves each sample its weight
 * are the same.
 *
 * <pre>{@code
 *   CrossEntropyLoss loss = CrossEntropyLoss.create();
 *   double value = loss.forwardBackward(logits, classes, targets, gradient);   // [batch, classes], [batch]
 * }</pre>
 *
 * <p><b>Accuracy.</b> The loss of a sample, and with class indices and no smoothing every element of its gradient, is
 * within 2 ulp of the exact value for all finite logits, the tails included; few are off by 2, near the subnormal
 * numbers or where a batch is reduced. With class probabilities or smoothing a gradient is a difference, and within 2
 * ulp of the larger of its two terms. Held by {@code TruthCasesTest}, {@code TruthBatchCasesTest} and
 * {@code RandomOracleTest}. Logits may be any doubles. With class indices weights and upstream may be, too; with class probabilities or
 * smoothing, class weights and target probabilities that are not 0 but outside 1e-100 to 1e100 are out of that promise. A probability below 1e-450 counts as 0 whatever it is multiplied
 * by, and a difference of logits that overflows as infinite.
 *
 * <p><b>Special cases.</b> A NaN or +Infinity logit makes its sample's loss and gradient NaN, and so does a sample
 * whose logits are all -Infinity. A logit of -Infinity is a class of probability 0: gradient 0, or, at the target, loss
 * +Infinity and gradient -weight (with smoothing, less its share). A target probability or weight of 0 times an
 * infinite loss is 0. The smoothing mass is spread over the classes whose logit is above -Infinity. With class indices,
 * a sample whose target weighs 0 has loss 0 and gradient 0 whatever its logits are (with smoothing its share is left),
 * and a mean over a total weight of 0 is what {@link EmptyMean} says, its gradient 0.
 *
 * <p><b>Probabilities by mistake.</b> The input is logits. The output of a softmax is a valid input as well, so it
 * cannot be refused. It is told by a loss that never comes down: probabilities lie within 1 of each other, so the
 * unweighted loss of a row is at least log(1 + (C - 1) / e), 0.31 for 2 classes and 1.46 for 10, however right the
 * model is. Log-probabilities are fine: they are logits of the same probabilities.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}. Source: P. Blanchard, D. J. Higham, N. J. Higham, Accurately
 * computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038.
 *
 * @see NllLoss
 * @see LogSoftmax
 */
public final class CrossEntropyLoss extends ClassLoss {

    private static final long serialVersionUID = 1L;

    private CrossEntropyLoss(Builder builder) {
        super("logits", builder, builder.labelSmoothing);
    }

    /**
     * The loss with default options: the mean over the batch, sequential.
     *
     * @return the loss
     */
    public static CrossEntropyLoss create() {
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
    LossOperation indexOperation(Geometry g, Elements door, Object logits, int[] targets) {
        return settings().smooths()
                ? ShareCrossEntropy.smoothing(g, door, logits, targets, settings())
                : IndexCrossEntropy.of(g, door, logits, targets, settings());
    }

    @Override
    LossOperation operation(Geometry g, Elements door, Object logits, Object targets) {
        return ShareCrossEntropy.of(g, door, logits, targets, settings());
    }

    @Override
    LossOperation curvatureOperation(Geometry g, double[] logits, int[] targets) {
        return ShareCrossEntropy.smoothing(g, Elements.DOUBLES, logits, targets, settings());
    }

    @Override
    Serializable serialized() {
        return new Options(options(), settings().labelSmoothing());
    }

    /** What is serialised. */
    private record Options(ClassLossOptions options, double labelSmoothing) implements Serializable {

        private static final long serialVersionUID = 1L;

        private Object readResolve() throws InvalidObjectException {
            try {
                return options.tell(builder()).labelSmoothing(labelSmoothing).build();
            } catch (IllegalArgumentException | NullPointerException e) {
                throw Serialized.refusal(e);
            }
        }
    }

    /** The options of a {@link CrossEntropyLoss}. Not thread-safe; what it builds is. */
    public static final class Builder extends LossBuilder<Builder> {

        private double labelSmoothing;

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Label smoothing: targets t become (1 - epsilon) t + epsilon / C. 0 unless told otherwise.
         *
         * @param epsilon the share of the smoothing, in [0, 1]
         * @return this builder
         * @throws IllegalArgumentException if it lies outside, or is NaN
         */
        public Builder labelSmoothing(double epsilon) {
            Require.that(epsilon >= 0.0 && epsilon <= 1.0, "labelSmoothing is %s, but must be in [0, 1]", epsilon);
            this.labelSmoothing = epsilon;
            return this;
        }

        /**
         * A loss with the options told so far.
         *
         * @return the loss
         */
        public CrossEntropyLoss build() {
            return new CrossEntropyLoss(this);
        }
    }
}
