package io.github.surprisal;

import io.github.surprisal.internal.Geometry;
import io.github.surprisal.internal.Loss;

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
 * {@link Reduction#SUM}. The gradient does not depend on the log-probabilities. For logits, {@link CrossEntropyLoss} is
 * the same in one step, and keeps more of the tails.
 *
 * <p><b>Accuracy.</b> With class indices the loss and the gradient of a sample are correctly rounded unless subnormal;
 * with class probabilities they are within 2 ulp, as long as the weights, the probabilities and their products are 0 or
 * normal doubles. Held by {@code RandomOracleTest}.
 *
 * <p><b>Special cases.</b> A log-probability of -Infinity at the target makes the loss +Infinity, a NaN makes it NaN;
 * the gradient depends on neither. That log-probabilities are at most 0 is not checked. A target probability or weight
 * of 0 times an infinite loss is 0. With class indices and a total weight of 0 the sum is 0, the mean what
 * {@link EmptyMean} says, and the gradient 0.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}.
 *
 * @see CrossEntropyLoss
 */
public final class NllLoss {

    private final Loss loss;

    private NllLoss(Builder builder) {
        this.loss = Loss.negativeLogLikelihood(builder.settings(0.0));
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

    // ---- the short form: contiguous rows, class indices

    /**
     * The loss of {@code targets.length} contiguous rows of {@code logProbabilities.length / targets.length} classes.
     *
     * @param logProbabilities [batch, classes], row-major; read
     * @param targets [batch], the class index of each row; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if the length of {@code logProbabilities} is not a positive multiple of that of
     *         {@code targets} (with no targets: not 0), or a target is neither a class nor ignored
     * @throws NullPointerException if an array is null
     */
    public double forward(double[] logProbabilities, int[] targets) {
        return loss.forward(loss.rows(logProbabilities, targets), logProbabilities, targets);
    }

    /**
     * The gradient of {@link #forward(double[], int[])} with respect to the log-probabilities.
     *
     * @param logProbabilities [batch, classes], row-major; read
     * @param targets [batch], the class index of each row; read
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] logProbabilities, int[] targets) {
        Geometry rows = loss.rows(logProbabilities, targets);
        double[] gradient = new double[logProbabilities.length];
        loss.backward(rows, logProbabilities, targets, 1.0, gradient);
        return gradient;
    }

    /**
     * The loss of {@link #forward(double[], int[])} and its gradient in one step.
     *
     * @param logProbabilities [batch, classes], row-major; read
     * @param targets [batch], the class index of each row; read
     * @param gradient [batch, classes], overwritten; may be {@code logProbabilities} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] logProbabilities, int[] targets, double[] gradient) {
        return loss.forwardBackward(loss.rows(logProbabilities, targets), logProbabilities, targets, 1.0, gradient);
    }

    // ---- the full form, class indices

    /**
     * The loss of a batch.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is neither a class nor
     *         ignored, there is not one class weight for each class, or the mean is over nothing and
     *         {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] logProbabilities, Layout layout, int[] targets) {
        return loss.forward(Layout.geometry(layout), logProbabilities, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, int[])} with respect to the log-probabilities, times a factor.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream the factor: 1.0, a loss scale, or the share of a micro-batch in a larger batch
     * @param gradient in the layout, overwritten; may be {@code logProbabilities} itself
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] logProbabilities, Layout layout, int[] targets, double upstream, double[] gradient) {
        loss.backward(Layout.geometry(layout), logProbabilities, targets, upstream, gradient);
    }

    /**
     * The loss of {@link #forward(double[], Layout, int[])} and the gradient of
     * {@link #backward(double[], Layout, int[], double, double[])} in one step. The loss is not multiplied by
     * {@code upstream}.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code logProbabilities} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(double[] logProbabilities, Layout layout, int[] targets, double upstream,
            double[] gradient) {
        return loss.forwardBackward(Layout.geometry(layout), logProbabilities, targets, upstream, gradient);
    }

    /**
     * The loss of every sample, weighted but not reduced.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param losses [batch, inner...], overwritten; in nats, 0 for an ignored sample
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean; or if
     *         {@code losses} is {@code logProbabilities}
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(double[] logProbabilities, Layout layout, int[] targets, double[] losses) {
        loss.forwardPerSample(Layout.geometry(layout), logProbabilities, targets, losses);
    }

    /**
     * The gradient of {@link #forwardPerSample(double[], Layout, int[], double[])}, each sample times its own factor.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code logProbabilities} itself, but not {@code upstream}
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, int[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] logProbabilities, Layout layout, int[] targets, double[] upstream,
            double[] gradient) {
        loss.backwardPerSample(Layout.geometry(layout), logProbabilities, targets, upstream, gradient);
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
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], the probability of each class of each sample; dense, in the layout's
     *        order but without offset and padding; finite and at least 0, a sum other than 1 being allowed; read
     * @return the mean over the samples or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is negative, NaN or
     *         infinite, {@code targets} is {@code logProbabilities}, there is not one class weight for each class, or
     *         the mean is over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] logProbabilities, Layout layout, double[] targets) {
        return loss.forward(Layout.geometry(layout), logProbabilities, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, double[])} with respect to the log-probabilities, times a
     * factor.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream the factor
     * @param gradient in the layout, overwritten; may be {@code logProbabilities} itself, but not {@code targets}
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] logProbabilities, Layout layout, double[] targets, double upstream,
            double[] gradient) {
        loss.backward(Layout.geometry(layout), logProbabilities, targets, upstream, gradient);
    }

    /**
     * The loss of {@link #forward(double[], Layout, double[])} and the gradient of
     * {@link #backward(double[], Layout, double[], double, double[])} in one step.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code logProbabilities} itself, but not {@code targets}
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(double[] logProbabilities, Layout layout, double[] targets, double upstream,
            double[] gradient) {
        return loss.forwardBackward(Layout.geometry(layout), logProbabilities, targets, upstream, gradient);
    }

    /**
     * The loss of every sample, not reduced.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param losses [batch, inner...], overwritten; in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean; or
     *         if {@code losses} is one of the other arrays
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(double[] logProbabilities, Layout layout, double[] targets, double[] losses) {
        loss.forwardPerSample(Layout.geometry(layout), logProbabilities, targets, losses);
    }

    /**
     * The gradient of {@link #forwardPerSample(double[], Layout, double[], double[])}, each sample times its own
     * factor.
     *
     * @param logProbabilities in the layout; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code logProbabilities} itself, but none of the others
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, double[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] logProbabilities, Layout layout, double[] targets, double[] upstream,
            double[] gradient) {
        loss.backwardPerSample(Layout.geometry(layout), logProbabilities, targets, upstream, gradient);
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
