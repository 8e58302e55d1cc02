package io.github.surprisal;

import io.github.surprisal.internal.Geometry;
import io.github.surprisal.internal.Loss;
import io.github.surprisal.internal.Require;

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
 * <pre>{@code
 *   CrossEntropyLoss loss = CrossEntropyLoss.create();
 *   double value = loss.forwardBackward(logits, targets, gradient);   // logits [batch, classes], targets [batch]
 * }</pre>
 *
 * <p><b>Accuracy.</b> The loss of a sample, and with class indices and no smoothing every element of its gradient, is
 * within 2 ulp of the exact value for all finite logits, the tails included; few are off by 2, near the subnormal
 * numbers or where a batch is reduced. With class probabilities or smoothing a gradient is a difference, and within 2
 * ulp of the larger of its two terms. Held by {@code TruthCasesTest}, {@code TruthBatchCasesTest} and
 * {@code RandomOracleTest}. Logits may be any doubles; of the other numbers some are out of that promise: class
 * weights, and target probabilities, that are not 0 but outside 1e-100 to 1e100; with class probabilities or smoothing,
 * an upstream that times a weight over the denominator is outside 1e-100 to 1e150; and weighted losses and sums of
 * losses where the losses themselves are subnormal. A probability below 1e-450 counts as 0 whatever it is multiplied
 * by, and a difference of logits that overflows as infinite.
 *
 * <p><b>Special cases.</b> A NaN or +Infinity logit makes its sample's loss and gradient NaN, and so does a sample
 * whose logits are all -Infinity. A logit of -Infinity is a class of probability 0: gradient 0, or, at the target, loss
 * +Infinity and gradient -weight (with smoothing, less its share). A target probability or weight of 0 times an
 * infinite loss is 0. The smoothing mass is spread over the classes whose logit is above -Infinity. With class indices
 * and a total weight of 0 the sum is 0, the mean what {@link EmptyMean} says, and the gradient 0.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}. Source: P. Blanchard, D. J. Higham, N. J. Higham, Accurately
 * computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038.
 *
 * @see NllLoss
 * @see LogSoftmax
 */
public final class CrossEntropyLoss {

    private final Loss loss;

    private CrossEntropyLoss(Builder builder) {
        this.loss = Loss.crossEntropy(builder.settings(builder.labelSmoothing));
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

    // ---- the short form: contiguous rows, class indices

    /**
     * The loss of {@code targets.length} contiguous rows of {@code logits.length / targets.length} classes.
     *
     * @param logits [batch, classes], row-major; read
     * @param targets [batch], the class index of each row; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if the length of {@code logits} is not a positive multiple of that of
     *         {@code targets} (with no targets: not 0), or a target is neither a class nor ignored
     * @throws NullPointerException if an array is null
     */
    public double forward(double[] logits, int[] targets) {
        return loss.forward(loss.rows(logits, targets), logits, targets);
    }

    /**
     * The gradient of {@link #forward(double[], int[])} with respect to the logits.
     *
     * @param logits [batch, classes], row-major; read
     * @param targets [batch], the class index of each row; read
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] logits, int[] targets) {
        Geometry rows = loss.rows(logits, targets);
        double[] gradient = new double[logits.length];
        loss.backward(rows, logits, targets, 1.0, gradient);
        return gradient;
    }

    /**
     * The loss of {@link #forward(double[], int[])} and its gradient in one step.
     *
     * @param logits [batch, classes], row-major; read
     * @param targets [batch], the class index of each row; read
     * @param gradient [batch, classes], overwritten; may be {@code logits} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] logits, int[] targets, double[] gradient) {
        return loss.forwardBackward(loss.rows(logits, targets), logits, targets, 1.0, gradient);
    }

    // ---- the full form, class indices

    /**
     * The loss of a batch.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is neither a class nor
     *         ignored, there is not one class weight for each class, or the mean is over nothing and
     *         {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] logits, Layout layout, int[] targets) {
        return loss.forward(Layout.geometry(layout), logits, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, int[])} with respect to the logits, times a factor.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream the factor: 1.0, a loss scale, or the share of a micro-batch in a larger batch
     * @param gradient in the layout, overwritten; may be {@code logits} itself
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] logits, Layout layout, int[] targets, double upstream, double[] gradient) {
        loss.backward(Layout.geometry(layout), logits, targets, upstream, gradient);
    }

    /**
     * The loss of {@link #forward(double[], Layout, int[])} and the gradient of
     * {@link #backward(double[], Layout, int[], double, double[])} in one step. The loss is not multiplied by
     * {@code upstream}.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code logits} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(double[] logits, Layout layout, int[] targets, double upstream, double[] gradient) {
        return loss.forwardBackward(Layout.geometry(layout), logits, targets, upstream, gradient);
    }

    /**
     * The loss of every sample, weighted but not reduced.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param losses [batch, inner...], overwritten; in nats, 0 for an ignored sample
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean; or if
     *         {@code losses} is {@code logits}
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(double[] logits, Layout layout, int[] targets, double[] losses) {
        loss.forwardPerSample(Layout.geometry(layout), logits, targets, losses);
    }

    /**
     * The gradient of {@link #forwardPerSample(double[], Layout, int[], double[])}, each sample times its own factor.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code logits} itself, but not {@code upstream}
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, int[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] logits, Layout layout, int[] targets, double[] upstream, double[] gradient) {
        loss.backwardPerSample(Layout.geometry(layout), logits, targets, upstream, gradient);
    }

    /**
     * What {@link Reduction#MEAN} divides by: the sum of the weights of the targets of all samples that are not
     * ignored.
     *
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @return the denominator, whatever the reduction of this loss
     * @throws IllegalArgumentException if {@code targets} is too short, a target is neither a class nor ignored, or
     *         there is not one class weight for each class
     * @throws NullPointerException if an argument is null
     */
    public double denominator(Layout layout, int[] targets) {
        return loss.denominator(Layout.geometry(layout), targets);
    }

    // ---- the full form, class probabilities

    /**
     * The loss of a batch whose targets are class probabilities.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], the probability of each class of each sample; dense, in the layout's
     *        order but without offset and padding; finite and at least 0, a sum other than 1 being allowed; read
     * @return the mean over the samples or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is negative, NaN or
     *         infinite, {@code targets} is {@code logits}, there is not one class weight for each class, or the mean is
     *         over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] logits, Layout layout, double[] targets) {
        return loss.forward(Layout.geometry(layout), logits, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, double[])} with respect to the logits, times a factor.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream the factor
     * @param gradient in the layout, overwritten; may be {@code logits} itself, but not {@code targets}
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] logits, Layout layout, double[] targets, double upstream, double[] gradient) {
        loss.backward(Layout.geometry(layout), logits, targets, upstream, gradient);
    }

    /**
     * The loss of {@link #forward(double[], Layout, double[])} and the gradient of
     * {@link #backward(double[], Layout, double[], double, double[])} in one step.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code logits} itself, but not {@code targets}
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(double[] logits, Layout layout, double[] targets, double upstream,
            double[] gradient) {
        return loss.forwardBackward(Layout.geometry(layout), logits, targets, upstream, gradient);
    }

    /**
     * The loss of every sample, not reduced.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param losses [batch, inner...], overwritten; in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean; or
     *         if {@code losses} is one of the other arrays
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(double[] logits, Layout layout, double[] targets, double[] losses) {
        loss.forwardPerSample(Layout.geometry(layout), logits, targets, losses);
    }

    /**
     * The gradient of {@link #forwardPerSample(double[], Layout, double[], double[])}, each sample times its own
     * factor.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code logits} itself, but none of the others
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, double[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] logits, Layout layout, double[] targets, double[] upstream,
            double[] gradient) {
        loss.backwardPerSample(Layout.geometry(layout), logits, targets, upstream, gradient);
    }

    /**
     * What {@link Reduction#MEAN} divides by with class probabilities: the number of samples.
     *
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @return the denominator, whatever the reduction of this loss
     * @throws IllegalArgumentException if {@code targets} is too short, a target is negative, NaN or infinite, or there
     *         is not one class weight for each class
     * @throws NullPointerException if an argument is null
     */
    public double denominator(Layout layout, double[] targets) {
        return loss.denominator(Layout.geometry(layout), targets);
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
