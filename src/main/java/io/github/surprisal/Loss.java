package io.github.surprisal;

import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.operations.LossSum;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Threads;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Objects;

/**
 * What all losses have in common: the loss of a batch and its gradient with respect to the input, reduced or per
 * sample, and its second derivatives, for targets that are numbers. So training code can hold any of them.
 *
 * <table>
 * <caption>What the arrays hold</caption>
 * <tr><th>loss</th><th>input, in the layout</th><th>targets, dense in the layout's order</th><th>samples</th></tr>
 * <tr><td>{@link CrossEntropyLoss}, {@link NllLoss}</td><td>logits, log-probabilities</td>
 * <td>[batch, classes, inner...], a probability for each class, finite and at least 0</td>
 * <td>[batch, inner...]</td></tr>
 * <tr><td>{@link BinaryCrossEntropyLoss}</td><td>logits, one a label</td>
 * <td>[batch, labels, inner...], in [0, 1]</td><td>every element: [batch, labels, inner...]</td></tr>
 * <tr><td>{@link DistributionLoss}</td><td>the distribution's parameters along the class axis</td>
 * <td>[batch, inner...], in the distribution's support</td><td>[batch, inner...]</td></tr>
 * </table>
 *
 * <p>The formula, its accuracy and special cases are in the description of each loss.
 * What holds for all of them (arrays, aliasing, errors, bits) is in the {@linkplain io.github.surprisal package
 * description}.
 *
 * <pre>{@code
 *   Loss loss = CrossEntropyLoss.create();
 *   double value = loss.forwardBackward(logits, Layout.of(batch, classes), probabilities, 1.0, gradient);
 * }</pre>
 *
 * @see ClassLoss
 */
public abstract sealed class Loss implements Serializable permits BinaryCrossEntropyLoss, ClassLoss, DistributionLoss {

    private static final long serialVersionUID = 1L;

    private static final String TARGETS = "targets";
    private static final String GRADIENT = "gradient";
    private static final String UPSTREAM = "upstream";
    private static final String LOSSES = "losses";
    private static final String CURVATURE = "curvature";

    // transient: what is serialised is serialized()
    private final transient String inputName;
    private final transient Reduction reduction;
    private final transient EmptyMean emptyMean;
    private final transient Threads threads;

    Loss(String inputName, ReductionBuilder<?> builder) {
        this.inputName = inputName;
        this.reduction = builder.reduction();
        this.emptyMean = builder.emptyMean();
        this.threads = builder.threads();
    }

    final Reduction reduction() {
        return reduction;
    }

    final EmptyMean emptyMean() {
        return emptyMean;
    }

    final boolean isParallel() {
        return threads.areMany();
    }

    /** Checks targets against a layout. */
    abstract void checkTargets(Geometry g, Elements door, Object targets);

    /** What is to be done for a call whose arguments have been checked. */
    abstract LossOperation operation(Geometry g, Elements door, Object input, Object targets);

    /** What is to be done for second derivatives. */
    LossOperation curvatureOperation(Geometry g, double[] input, double[] targets) {
        return operation(g, Elements.DOUBLES, input, targets);
    }

    /** Refuses second derivatives that there are not. */
    void checkKind(Curvature kind) {
        Objects.requireNonNull(kind, "kind");
    }

    /** Where the samples of a batch lie: along the class axis, unless every element is one. */
    Geometry geometry(Layout layout) {
        return Layout.geometry(layout);
    }

    /**
     * The loss of a batch.
     *
     * @param input in the layout; read
     * @param layout where the batch lies
     * @param targets numbers as the table above says; dense, in the layout's order but without offset and padding; read
     * @return the mean over the samples or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is not one that the loss
     *         takes, {@code targets} is {@code input}, the layout has not as many classes as there are weights, or as
     *         the distribution has parameters, or the mean is over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] input, Layout layout, double[] targets) {
        return forward(Elements.DOUBLES, input, layout, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, double[])} with respect to the input, times a factor.
     *
     * @param input in the layout; read
     * @param layout where the batch lies
     * @param targets numbers, dense; read
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
     * @param input in the layout; read
     * @param layout where the batch lies
     * @param targets numbers, dense; read
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
     * @param input in the layout; read
     * @param layout where the batch lies
     * @param targets numbers, dense; read
     * @param losses one for each sample, dense, overwritten; in nats
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
     * @param input in the layout; read
     * @param layout where the batch lies
     * @param targets numbers, dense; read
     * @param upstream one for each sample, dense: its factor; read
     * @param gradient in the layout, overwritten; may be {@code input} itself, but none of the others
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, double[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] input, Layout layout, double[] targets, double[] upstream,
            double[] gradient) {
        backwardPerSample(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * The gradient and the second derivatives of the loss of every sample with respect to its input, neither reduced
     * nor multiplied by anything, from one pass: what gradient boosting and Newton's method take.
     *
     * @param input in the layout; read
     * @param layout where the batch lies
     * @param targets numbers, dense; read
     * @param kind which second derivatives: at the targets, or expected
     * @param gradient in the layout, overwritten; may be {@code input} itself
     * @param curvature in the layout, overwritten with the diagonal of the matrix of second derivatives; may be
     *        {@code input} itself
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, double[], double[])}, if
     *         {@code gradient} is {@code curvature}, or if there is no closed form of what is asked for
     * @throws NullPointerException if an argument is null
     */
    public void curvature(double[] input, Layout layout, double[] targets, Curvature kind, double[] gradient,
            double[] curvature) {
        Geometry g = check(Elements.DOUBLES, input, layout, targets);
        checkKind(kind);
        checkCurvature(g, gradient, curvature);
        Require.distinct(gradient, GRADIENT, targets, TARGETS);
        Require.distinct(curvature, CURVATURE, targets, TARGETS);
        curvature(curvatureOperation(g, input, targets), kind, gradient, curvature);
    }

    /**
     * What {@link Reduction#MEAN} divides by: the number of samples, but for those that have no target.
     *
     * @param layout where the batch lies
     * @param targets numbers, dense; read
     * @return the denominator, whatever the reduction of this loss
     * @throws IllegalArgumentException if {@code targets} is too short, a target is not one that the loss takes, or
     *         the layout has not the classes it should have
     * @throws NullPointerException if an argument is null
     */
    public double denominator(Layout layout, double[] targets) {
        return denominator(Elements.DOUBLES, layout, targets);
    }

    // ---- the same for whatever the elements of the arrays are

    final double forward(Elements door, Object input, Layout layout, Object targets) {
        Geometry g = check(door, input, layout, targets);
        return forward(operation(g, door, input, targets));
    }

    final void backward(Elements door, Object input, Layout layout, Object targets, double upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets, gradient);
        backward(operation(g, door, input, targets), upstream, gradient);
    }

    final double forwardBackward(Elements door, Object input, Layout layout, Object targets, double upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets, gradient);
        return forwardBackward(operation(g, door, input, targets), upstream, gradient);
    }

    final void forwardPerSample(Elements door, Object input, Layout layout, Object targets, double[] losses) {
        Geometry g = check(door, input, layout, targets);
        checkLosses(g, input, losses);
        Require.distinct(losses, LOSSES, targets, TARGETS);
        forwardPerSample(operation(g, door, input, targets), losses);
    }

    final void backwardPerSample(Elements door, Object input, Layout layout, Object targets, double[] upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets);
        checkUpstream(g, upstream);
        checkGradient(g, door, gradient);
        Require.distinct(gradient, GRADIENT, targets, TARGETS);
        Require.distinct(gradient, GRADIENT, upstream, UPSTREAM);
        backwardPerSample(operation(g, door, input, targets), upstream, gradient);
    }

    final double denominator(Elements door, Layout layout, Object targets) {
        Geometry g = geometry(layout);
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

    final void checkCurvature(Geometry g, double[] gradient, double[] curvature) {
        checkGradient(g, Elements.DOUBLES, gradient);
        Require.reaches(Elements.DOUBLES, curvature, CURVATURE, g);
        Require.distinct(gradient, GRADIENT, curvature, CURVATURE);
    }

    final void checkUpstream(Geometry g, double[] upstream) {
        Objects.requireNonNull(upstream, UPSTREAM);
        Require.holds(upstream.length, UPSTREAM, g.targetsExtent(), g);
    }

    final void checkLosses(Geometry g, Object input, double[] losses) {
        Objects.requireNonNull(losses, LOSSES);
        Require.holds(losses.length, LOSSES, g.targetsExtent(), g);
        Require.distinct(losses, LOSSES, input, inputName);
    }

    private Geometry check(Elements door, Object input, Layout layout, Object targets) {
        Geometry g = geometry(layout);
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

    final void curvature(LossOperation operation, Curvature kind, double[] gradient, double[] curvature) {
        operation.writeGradient(gradient);
        if (kind == Curvature.FISHER) {
            operation.writeFisher(curvature);
        } else {
            operation.writeHessian(curvature);
        }
        operation.multiplyBy(1.0);
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

    // ---- description and serialisation

    /** What {@link #toString} says. */
    Description describe() {
        return new Description(this).with("reduction", reduction).with("emptyMean", emptyMean).with(threads);
    }

    /**
     * The loss and its options.
     *
     * @return such as {@code "CrossEntropyLoss[reduction=MEAN, emptyMean=NAN, ignoreIndex=[-100]]"}; the text may
     *         change
     */
    @Override
    public final String toString() {
        return describe().toString();
    }

    /** What is written in place of this loss: its options, which become a loss again when they are read. */
    abstract Serializable serialized();

    /**
     * What is written in place of this loss: its options.
     *
     * @return the options, which become a loss again when they are read
     * @throws NotSerializableException if it has a pool of its own
     */
    final Object writeReplace() throws NotSerializableException {
        Serialized.check(this, threads);
        return serialized();
    }

    /**
     * Refuses a stream that holds the loss itself.
     *
     * @param in the stream; not read
     * @throws InvalidObjectException always
     */
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw Serialized.refusal(this);
    }

    /**
     * Refuses a stream that holds a loss without this class.
     *
     * @throws InvalidObjectException always
     */
    private void readObjectNoData() throws InvalidObjectException {
        throw Serialized.refusal(this);
    }
}
