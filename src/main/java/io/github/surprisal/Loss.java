package io.github.surprisal;

import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.operations.LossSum;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Threads;
import java.util.Objects;

/**
 * What all losses have in common: the loss of a batch and its gradient with respect to the input, reduced or per
 * sample, for targets that are numbers. So training code can hold any of them.
 *
 * <p>The input is what a network gives: logits, or for {@link NllLoss} log-probabilities. The formula, its accuracy and
 * special cases are in the description of each loss. What holds for all of them (arrays, aliasing, errors, bits) is in
 * the {@linkplain io.github.surprisal package description}.
 *
 * <pre>{@code
 *   Loss loss = CrossEntropyLoss.create();
 *   double value = loss.forwardBackward(logits, Layout.of(batch, classes), probabilities, 1.0, gradient);
 * }</pre>
 *
 * @see ClassLoss
 */
public abstract sealed class Loss permits ClassLoss {

    private static final String TARGETS = "targets";
    private static final String GRADIENT = "gradient";
    private static final String UPSTREAM = "upstream";
    private static final String LOSSES = "losses";

    private final String inputName;
    private final Reduction reduction;
    private final EmptyMean emptyMean;
    private final Threads threads;

    Loss(String inputName, LossBuilder<?> builder) {
        this.inputName = inputName;
        this.reduction = builder.reduction();
        this.emptyMean = builder.emptyMean();
        this.threads = builder.threads();
    }

    /** Checks targets against a layout. */
    abstract void checkTargets(Geometry g, Elements door, Object targets);

    /** What is to be done for a call whose arguments have been checked. */
    abstract LossOperation operation(Geometry g, Elements door, Object input, Object targets);

    /**
     * The loss of a batch.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], the probability of each class of each sample; dense, in the layout's
     *        order but without offset and padding; finite and at least 0, a sum other than 1 being allowed; read
     * @return the mean over the samples or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is negative, NaN or
     *         infinite, {@code targets} is {@code input}, there is not one class weight for each class, or the mean is
     *         over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] input, Layout layout, double[] targets) {
        return forward(Elements.DOUBLES, input, layout, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, double[])} with respect to the input, times a factor.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream the factor: 1.0, a loss scale, or the share of a micro-batch in a larger batch
     * @param gradient in the layout, overwritten; may be {@code input} itself, but not {@code targets}
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] input, Layout layout, double[] targets, double upstream, double[] gradient) {
        backward(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * The loss of {@link #forward(double[], Layout, double[])} and the gradient of
     * {@link #backward(double[], Layout, double[], double, double[])} in one step. The loss is not multiplied by
     * {@code upstream}.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code input} itself, but not {@code targets}
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(double[] input, Layout layout, double[] targets, double upstream,
            double[] gradient) {
        return forwardBackward(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * The loss of every sample, not reduced.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param losses [batch, inner...], overwritten; in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean; or
     *         if {@code losses} is one of the other arrays
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(double[] input, Layout layout, double[] targets, double[] losses) {
        forwardPerSample(Elements.DOUBLES, input, layout, targets, losses);
    }

    /**
     * The gradient of {@link #forwardPerSample(double[], Layout, double[], double[])}, each sample times its own
     * factor.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code input} itself, but none of the others
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, double[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] input, Layout layout, double[] targets, double[] upstream,
            double[] gradient) {
        backwardPerSample(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * What {@link Reduction#MEAN} divides by: with class probabilities the number of samples.
     *
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @return the denominator, whatever the reduction of this loss
     * @throws IllegalArgumentException if {@code targets} is too short, a target is negative, NaN or infinite, or there
     *         is not one class weight for each class
     * @throws NullPointerException if an argument is null
     */
    public double denominator(Layout layout, double[] targets) {
        return denominator(Elements.DOUBLES, layout, targets);
    }

    // ---- floats

    /**
     * {@link #forward(double[], Layout, double[])} on floats: the loss is a double.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], the probability of each class of each sample; dense, in the layout's
     *        order but without offset and padding; finite and at least 0, a sum other than 1 being allowed; read
     * @return the mean over the samples or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is negative, NaN or
     *         infinite, {@code targets} is {@code input}, there is not one class weight for each class, or the mean is
     *         over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(float[] input, Layout layout, float[] targets) {
        return forward(Elements.FLOATS, input, layout, targets);
    }

    /**
     * {@link #backward(double[], Layout, double[], double, double[])} on floats: every element of the gradient is
     * rounded once.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream the factor: 1.0, a loss scale, or the share of a micro-batch in a larger batch
     * @param gradient in the layout, overwritten; may be {@code input} itself, but not {@code targets}
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(float[] input, Layout layout, float[] targets, double upstream, float[] gradient) {
        backward(Elements.FLOATS, input, layout, targets, upstream, gradient);
    }

    /**
     * {@link #forwardBackward(double[], Layout, double[], double, double[])} on floats: the loss is a double, every
     * element of the gradient is rounded once.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code input} itself, but not {@code targets}
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(float[] input, Layout layout, float[] targets, double upstream,
            float[] gradient) {
        return forwardBackward(Elements.FLOATS, input, layout, targets, upstream, gradient);
    }

    /**
     * {@link #forwardPerSample(double[], Layout, double[], double[])} on floats: the losses are doubles.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param losses [batch, inner...], overwritten; in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, double[])}, but never for an empty mean; or
     *         if {@code losses} is one of the other arrays
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(float[] input, Layout layout, float[] targets, double[] losses) {
        forwardPerSample(Elements.FLOATS, input, layout, targets, losses);
    }

    /**
     * {@link #backwardPerSample(double[], Layout, double[], double[], double[])} on floats: every element of the
     * gradient is rounded once.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code input} itself, but none of the others
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, double[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(float[] input, Layout layout, float[] targets, double[] upstream,
            float[] gradient) {
        backwardPerSample(Elements.FLOATS, input, layout, targets, upstream, gradient);
    }

    /**
     * {@link #denominator(Layout, double[])} on floats: a double.
     *
     * @param layout where the batch lies
     * @param targets [batch, classes, inner...], class probabilities; read
     * @return the denominator, whatever the reduction of this loss
     * @throws IllegalArgumentException if {@code targets} is too short, a target is negative, NaN or infinite, or there
     *         is not one class weight for each class
     * @throws NullPointerException if an argument is null
     */
    public double denominator(Layout layout, float[] targets) {
        return denominator(Elements.FLOATS, layout, targets);
    }

    // ---- the same for whatever the elements of the arrays are

    private double forward(Elements door, Object input, Layout layout, Object targets) {
        Geometry g = check(door, input, layout, targets);
        return forward(operation(g, door, input, targets));
    }

    private void backward(Elements door, Object input, Layout layout, Object targets, double upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets, gradient);
        backward(operation(g, door, input, targets), upstream, gradient);
    }

    private double forwardBackward(Elements door, Object input, Layout layout, Object targets, double upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets, gradient);
        return forwardBackward(operation(g, door, input, targets), upstream, gradient);
    }

    private void forwardPerSample(Elements door, Object input, Layout layout, Object targets, double[] losses) {
        Geometry g = check(door, input, layout, targets);
        checkLosses(g, input, losses);
        Require.distinct(losses, LOSSES, targets, TARGETS);
        forwardPerSample(operation(g, door, input, targets), losses);
    }

    private void backwardPerSample(Elements door, Object input, Layout layout, Object targets, double[] upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets);
        checkUpstream(g, upstream);
        checkGradient(g, door, gradient);
        Require.distinct(gradient, GRADIENT, targets, TARGETS);
        Require.distinct(gradient, GRADIENT, upstream, UPSTREAM);
        backwardPerSample(operation(g, door, input, targets), upstream, gradient);
    }

    private double denominator(Elements door, Layout layout, Object targets) {
        Geometry g = Layout.geometry(layout);
        Objects.requireNonNull(targets, TARGETS);
        checkTargets(g, door, targets);
        return denominator(operation(g, door, targets, targets));
    }

    // ---- checks, before anything is written

    final String inputName() {
        return inputName;
    }

    final void checkInput(Geometry g, Elements door, Object input) {
        Require.reaches(door, input, inputName, g);
    }

    final void checkGradient(Geometry g, Elements door, Object gradient) {
        Require.reaches(door, gradient, GRADIENT, g);
    }

    final void checkUpstream(Geometry g, double[] upstream) {
        Objects.requireNonNull(upstream, UPSTREAM);
        Require.holds(upstream.length, UPSTREAM, g.samples(), g);
    }

    final void checkLosses(Geometry g, Object input, double[] losses) {
        Objects.requireNonNull(losses, LOSSES);
        Require.holds(losses.length, LOSSES, g.samples(), g);
        Require.distinct(losses, LOSSES, input, inputName);
    }

    private Geometry check(Elements door, Object input, Layout layout, Object targets) {
        Geometry g = Layout.geometry(layout);
        Objects.requireNonNull(targets, TARGETS);
        checkInput(g, door, input);
        checkTargets(g, door, targets);
        Require.distinct(targets, TARGETS, input, inputName);
        return g;
    }

    private Geometry check(Elements door, Object input, Layout layout, Object targets, Object gradient) {
        Geometry g = check(door, input, layout, targets);
        checkGradient(g, door, gradient);
        Require.distinct(gradient, GRADIENT, targets, TARGETS);
        return g;
    }

    // ---- reduction

    final double forward(LossOperation operation) {
        return reduce(operation, 1.0);
    }

    final void backward(LossOperation operation, double upstream, Object gradient) {
        operation.writeGradient(gradient);
        if (!isEmptyMean(operation)) {
            reduce(operation, upstream);
            return;
        }
        operation.clearGradient();
        operation.release();
    }

    final double forwardBackward(LossOperation operation, double upstream, Object gradient) {
        operation.writeGradient(gradient);
        return reduce(operation, upstream);
    }

    final void forwardPerSample(LossOperation operation, double[] losses) {
        operation.writeLosses(losses);
        operation.run(threads);
        operation.release();
    }

    final void backwardPerSample(LossOperation operation, double[] upstream, Object gradient) {
        operation.writeGradient(gradient);
        operation.multiplyBy(upstream);
        operation.run(threads);
        operation.release();
    }

    final double denominator(LossOperation operation) {
        double denominator = operation.denominator().value();
        operation.release();
        return denominator;
    }

    private boolean isEmptyMean(LossOperation operation) {
        return reduction == Reduction.MEAN && operation.denominator().isZero();
    }

    private double reduce(LossOperation operation, double upstream) {
        double value;
        if (reduction == Reduction.SUM) {
            operation.multiplyBy(upstream);
            value = operation.run(threads).value();
        } else {
            LossSum denominator = operation.denominator();
            if (denominator.isZero()) {
                value = emptyMean(operation);
            } else {
                operation.multiplyBy(upstream, denominator);
                value = operation.run(threads).dividedBy(denominator);
            }
        }
        operation.release();
        return value;
    }

    /** No sample, or none that weighs anything. */
    private double emptyMean(LossOperation operation) {
        Require.that(emptyMean != EmptyMean.THROW,
                "the mean over layout %s is empty: its samples must not all be ignored or weigh 0", operation.geometry);
        operation.clearGradient();
        return emptyMean == EmptyMean.ZERO ? 0.0 : Double.NaN;
    }
}
