package io.github.surprisal;

import io.github.surprisal.internal.operations.ClassSettings;
import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import java.util.Arrays;
import java.util.Objects;

/**
 * A loss whose targets are classes: an index for each sample or, as with every {@link Loss}, a probability for each
 * class.
 *
 * <p>A sample whose index is ignored, or whose target has weight 0 (without label smoothing), has loss 0 and gradient 0
 * whatever its input is, NaN included, alone or beside others.
 *
 * <pre>{@code
 *   ClassLoss loss = CrossEntropyLoss.builder().ignoreIndex(-100).build();
 *   double value = loss.forwardBackward(logits, classes, targets, gradient);   // [batch, classes], [batch]
 * }</pre>
 */
public abstract sealed class ClassLoss extends Loss permits CrossEntropyLoss, NllLoss {

    private static final long serialVersionUID = 1L;

    private static final double[] NO_INPUT = {};
    /** Arrays for the one target of a single row. */
    private static final Pool<int[]> SINGLE_TARGETS = new Pool<>(() -> new int[1]);

    private final transient ClassSettings settings;

    ClassLoss(String inputName, LossBuilder<?> builder, double labelSmoothing) {
        super(inputName, builder);
        this.settings = builder.classSettings(labelSmoothing);
    }

    final ClassSettings settings() {
        return settings;
    }

    /** The options that both losses have. */
    final ClassLossOptions options() {
        return new ClassLossOptions(reduction(), settings.copyOfWeights(), settings.copyOfIgnored(), emptyMean(),
                isParallel());
    }

    @Override
    final Description describe() {
        Description description = super.describe().with("classWeights", settings.copyOfWeights());
        if (settings.copyOfIgnored().length > 0) {
            description.with("ignoreIndex", Arrays.toString(settings.copyOfIgnored()));
        }
        return settings.smooths() ? description.with("labelSmoothing", (Object) settings.labelSmoothing())
                : description;
    }

    /** What is to be done for a call whose arguments have been checked. */
    abstract LossOperation indexOperation(Geometry g, Elements door, Object input, int[] targets);

    /** What is to be done for second derivatives. */
    LossOperation curvatureOperation(Geometry g, double[] input, int[] targets) {
        return indexOperation(g, Elements.DOUBLES, input, targets);
    }

    // ---- the short form: contiguous rows, class indices

    /**
     * The loss of contiguous rows.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param classes the number of classes
     * @param targets [batch], the class index of each row; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if {@code classes} is below 1, the length of {@code input} is not that of
     *         {@code targets} times {@code classes}, a target is neither a class nor ignored, there is not one class
     *         weight for each class, or the mean is over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an array is null
     */
    public double forward(double[] input, int classes, int[] targets) {
        Geometry g = rows(input, classes, targets);
        return forward(indexOperation(g, Elements.DOUBLES, input, targets));
    }

    /**
     * The gradient of {@link #forward(double[], int, int[])} with respect to the input.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param classes the number of classes
     * @param targets [batch], the class index of each row; read
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException as {@link #forward(double[], int, int[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] input, int classes, int[] targets) {
        return newGradient(rows(input, classes, targets), input, targets);
    }

    /**
     * The loss of {@link #forward(double[], int, int[])} and its gradient in one step.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param classes the number of classes
     * @param targets [batch], the class index of each row; read
     * @param gradient [batch, classes], overwritten; may be {@code input} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int, int[])}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] input, int classes, int[] targets, double[] gradient) {
        return lossAndGradient(rows(input, classes, targets), Elements.DOUBLES, input, targets, gradient);
    }

    /**
     * The loss of a single row: that of a batch of one.
     *
     * @param input [classes]: logits, or log-probabilities for {@link NllLoss}; read
     * @param target the class index of the row
     * @return the loss, in nats; of an ignored row, or one of weight 0, the sum 0 or the mean over nothing
     * @throws IllegalArgumentException if {@code input} is empty, the target is neither a class nor ignored, there is
     *         not one class weight for each class, or the mean is over nothing and {@link EmptyMean#THROW} was asked
     *         for
     * @throws NullPointerException if the array is null
     */
    public double forward(double[] input, int target) {
        Geometry g = row(input, target);
        int[] targets = SINGLE_TARGETS.take();
        targets[0] = target;
        double loss = forward(indexOperation(g, Elements.DOUBLES, input, targets));
        SINGLE_TARGETS.giveBack(targets);
        return loss;
    }

    /**
     * The loss of {@link #forward(double[], int)} and its gradient in one step.
     *
     * @param input [classes]: logits, or log-probabilities for {@link NllLoss}; read
     * @param target the class index of the row
     * @param gradient [classes], overwritten; may be {@code input} itself
     * @return the loss, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int)}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] input, int target, double[] gradient) {
        Geometry g = row(input, target);
        checkGradient(g, Elements.DOUBLES, gradient);
        int[] targets = SINGLE_TARGETS.take();
        targets[0] = target;
        double loss = forwardBackward(indexOperation(g, Elements.DOUBLES, input, targets), 1.0, gradient);
        SINGLE_TARGETS.giveBack(targets);
        return loss;
    }

    /**
     * The loss of contiguous rows, whose class count is taken to be {@code input.length / targets.length}.
     *
     * <p>Assumes that there are exactly as many targets as rows. If there are not, and the quotient happens to be
     * whole, the loss is that of rows nobody meant: 32 rows of 10 classes with 20 targets pass for 20 rows of 16.
     * {@link #forward(double[], int, int[])} notices.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if the length of {@code input} is not a positive multiple of that of
     *         {@code targets} (with no targets: not 0), or a target is neither a class nor ignored
     * @throws NullPointerException if an array is null
     */
    public double forward(double[] input, int[] targets) {
        return forward(Elements.DOUBLES, input, targets);
    }

    /**
     * The gradient of {@link #forward(double[], int[])} with respect to the input. Takes the class count to be
     * {@code input.length / targets.length}; {@link #backward(double[], int, int[])} is told.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] input, int[] targets) {
        return newGradient(rows(Elements.DOUBLES, input, targets), input, targets);
    }

    /**
     * The loss of {@link #forward(double[], int[])} and its gradient in one step. Takes the class count to be
     * {@code input.length / targets.length}; {@link #forwardBackward(double[], int, int[], double[])} is told.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @param gradient [batch, classes], overwritten; may be {@code input} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] input, int[] targets, double[] gradient) {
        return lossAndGradient(rows(Elements.DOUBLES, input, targets), Elements.DOUBLES, input, targets, gradient);
    }

    private double[] newGradient(Geometry g, double[] input, int[] targets) {
        double[] gradient = new double[input.length];
        backward(indexOperation(g, Elements.DOUBLES, input, targets), 1.0, gradient);
        return gradient;
    }

    // ---- the full form, class indices

    /**
     * The loss of a batch.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is neither a class nor
     *         ignored, there is not one class weight for each class, or the mean is over nothing and
     *         {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(double[] input, Layout layout, int[] targets) {
        return forward(Elements.DOUBLES, input, layout, targets);
    }

    /**
     * The gradient of {@link #forward(double[], Layout, int[])} with respect to the input, times a factor.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream the factor: 1.0, a loss scale, or the share of a micro-batch in a larger batch
     * @param gradient in the layout, overwritten; may be {@code input} itself
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient) {
        backward(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * The loss of {@link #forward(double[], Layout, int[])} and the gradient of
     * {@link #backward(double[], Layout, int[], double, double[])} in one step. The loss is not multiplied by
     * {@code upstream}.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code input} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient) {
        return forwardBackward(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * The loss of every sample, weighted but not reduced.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param losses [batch, inner...], overwritten; in nats, 0 for an ignored sample
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean; or if
     *         {@code losses} is {@code input}
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(double[] input, Layout layout, int[] targets, double[] losses) {
        forwardPerSample(Elements.DOUBLES, input, layout, targets, losses);
    }

    /**
     * The gradient of {@link #forwardPerSample(double[], Layout, int[], double[])}, each sample times its own factor.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code input} itself, but not {@code upstream}
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, int[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(double[] input, Layout layout, int[] targets, double[] upstream, double[] gradient) {
        backwardPerSample(Elements.DOUBLES, input, layout, targets, upstream, gradient);
    }

    /**
     * The gradient and the second derivatives of the loss of every sample with respect to its input, weighted but
     * neither reduced nor multiplied by anything else, from one pass: what gradient boosting and Newton's method take.
     * They do not depend on which class is the target but for its weight: the Fisher information of a sample that
     * keeps its weight is the Hessian.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param kind which second derivatives
     * @param gradient in the layout, overwritten; may be {@code input} itself
     * @param curvature in the layout, overwritten with the diagonal of the matrix of second derivatives; may be
     *        {@code input} itself
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean; or if
     *         {@code gradient} is {@code curvature}
     * @throws NullPointerException if an argument is null
     */
    public void curvature(double[] input, Layout layout, int[] targets, Curvature kind, double[] gradient,
            double[] curvature) {
        Geometry g = check(Elements.DOUBLES, input, layout, targets);
        checkKind(kind);
        checkCurvature(g, gradient, curvature);
        curvature(curvatureOperation(g, input, targets), kind, gradient, curvature);
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
        Geometry g = Layout.geometry(layout);
        Objects.requireNonNull(targets, "targets");
        checkTargets(g, targets);
        return denominator(indexOperation(g, Elements.DOUBLES, NO_INPUT, targets));
    }

    // ---- floats, class indices

    /**
     * {@link #forward(double[], int[])} on floats: the loss is a double.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if the length of {@code input} is not a positive multiple of that of
     *         {@code targets} (with no targets: not 0), or a target is neither a class nor ignored
     * @throws NullPointerException if an array is null
     */
    public double forward(float[] input, int[] targets) {
        return forward(Elements.FLOATS, input, targets);
    }

    /**
     * {@link #backward(double[], int[])} on floats: every element of the gradient is rounded once.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public float[] backward(float[] input, int[] targets) {
        Geometry g = rows(Elements.FLOATS, input, targets);
        float[] gradient = new float[input.length];
        backward(indexOperation(g, Elements.FLOATS, input, targets), 1.0, gradient);
        return gradient;
    }

    /**
     * {@link #forwardBackward(double[], int[], double[])} on floats: the loss is a double, every element of the
     * gradient is rounded once.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @param gradient [batch, classes], overwritten; may be {@code input} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(float[] input, int[] targets, float[] gradient) {
        return lossAndGradient(rows(Elements.FLOATS, input, targets), Elements.FLOATS, input, targets, gradient);
    }

    /**
     * {@link #forward(double[], Layout, int[])} on floats: the loss is a double.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if an array is shorter than the layout needs, a target is neither a class nor
     *         ignored, there is not one class weight for each class, or the mean is over nothing and
     *         {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an argument is null
     */
    public double forward(float[] input, Layout layout, int[] targets) {
        return forward(Elements.FLOATS, input, layout, targets);
    }

    /**
     * {@link #backward(double[], Layout, int[], double, double[])} on floats: every element of the gradient is rounded
     * once.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream the factor: 1.0, a loss scale, or the share of a micro-batch in a larger batch
     * @param gradient in the layout, overwritten; may be {@code input} itself
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean
     * @throws NullPointerException if an argument is null
     */
    public void backward(float[] input, Layout layout, int[] targets, double upstream, float[] gradient) {
        backward(Elements.FLOATS, input, layout, targets, upstream, gradient);
    }

    /**
     * {@link #forwardBackward(double[], Layout, int[], double, double[])} on floats: the loss is a double, every
     * element of the gradient is rounded once.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream what the gradient is multiplied by
     * @param gradient in the layout, overwritten; may be {@code input} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}
     * @throws NullPointerException if an argument is null
     */
    public double forwardBackward(float[] input, Layout layout, int[] targets, double upstream, float[] gradient) {
        return forwardBackward(Elements.FLOATS, input, layout, targets, upstream, gradient);
    }

    /**
     * {@link #forwardPerSample(double[], Layout, int[], double[])} on floats: the losses are doubles.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param losses [batch, inner...], overwritten; in nats, 0 for an ignored sample
     * @throws IllegalArgumentException as {@link #forward(double[], Layout, int[])}, but never for an empty mean; or if
     *         {@code losses} is {@code input}
     * @throws NullPointerException if an argument is null
     */
    public void forwardPerSample(float[] input, Layout layout, int[] targets, double[] losses) {
        forwardPerSample(Elements.FLOATS, input, layout, targets, losses);
    }

    /**
     * {@link #backwardPerSample(double[], Layout, int[], double[], double[])} on floats: every element of the gradient
     * is rounded once.
     *
     * @param input in the layout: logits, or log-probabilities for {@link NllLoss}; read
     * @param layout where the batch lies
     * @param targets [batch, inner...], a class index for each sample; read
     * @param upstream [batch, inner...], the factor of each sample; read
     * @param gradient in the layout, overwritten; may be {@code input} itself, but not {@code upstream}
     * @throws IllegalArgumentException as {@link #forwardPerSample(double[], Layout, int[], double[])}
     * @throws NullPointerException if an argument is null
     */
    public void backwardPerSample(float[] input, Layout layout, int[] targets, double[] upstream, float[] gradient) {
        backwardPerSample(Elements.FLOATS, input, layout, targets, upstream, gradient);
    }

    // ---- floats, class probabilities

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

    private double forward(Elements door, Object input, int[] targets) {
        Geometry g = rows(door, input, targets);
        return forward(indexOperation(g, door, input, targets));
    }

    private double lossAndGradient(Geometry g, Elements door, Object input, int[] targets, Object gradient) {
        checkGradient(g, door, gradient);
        return forwardBackward(indexOperation(g, door, input, targets), 1.0, gradient);
    }

    private double forward(Elements door, Object input, Layout layout, int[] targets) {
        Geometry g = check(door, input, layout, targets);
        return forward(indexOperation(g, door, input, targets));
    }

    private void backward(Elements door, Object input, Layout layout, int[] targets, double upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets);
        checkGradient(g, door, gradient);
        backward(indexOperation(g, door, input, targets), upstream, gradient);
    }

    private double forwardBackward(Elements door, Object input, Layout layout, int[] targets, double upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets);
        checkGradient(g, door, gradient);
        return forwardBackward(indexOperation(g, door, input, targets), upstream, gradient);
    }

    private void forwardPerSample(Elements door, Object input, Layout layout, int[] targets, double[] losses) {
        Geometry g = check(door, input, layout, targets);
        checkLosses(g, input, losses);
        forwardPerSample(indexOperation(g, door, input, targets), losses);
    }

    private void backwardPerSample(Elements door, Object input, Layout layout, int[] targets, double[] upstream,
            Object gradient) {
        Geometry g = check(door, input, layout, targets);
        checkUpstream(g, upstream);
        checkGradient(g, door, gradient);
        Require.distinct(gradient, "gradient", upstream, "upstream");
        backwardPerSample(indexOperation(g, door, input, targets), upstream, gradient);
    }

    // ---- checks

    private Geometry check(Elements door, Object input, Layout layout, int[] targets) {
        Geometry g = Layout.geometry(layout);
        Objects.requireNonNull(targets, "targets");
        checkInput(g, door, input);
        checkTargets(g, targets);
        return g;
    }

    /** The geometry of rows whose number and length are told, their targets checked. */
    private Geometry rows(double[] input, int classes, int[] targets) {
        Objects.requireNonNull(input, inputName());
        Objects.requireNonNull(targets, "targets");
        int batch = targets.length;
        if (classes < 1) {
            throw new IllegalArgumentException("classes is " + classes + ", but must be at least 1");
        }
        if (input.length != (long) batch * classes) {
            throw new IllegalArgumentException(inputName() + ".length (" + input.length
                    + ") must be targets.length (" + batch + ") * classes (" + classes + ")");
        }
        Geometry g = Geometry.rows(batch, classes);
        checkTargets(g, targets);
        return g;
    }

    /** The geometry of a single row, its target checked. */
    private Geometry row(double[] input, int target) {
        Objects.requireNonNull(input, inputName());
        if (input.length == 0) {
            throw new IllegalArgumentException(inputName() + ".length is 0, but must be at least 1");
        }
        Geometry g = Geometry.rows(1, input.length);
        checkWeights(g);
        if (isOutside(target, g)) {
            throw outside("target", target, g);
        }
        return g;
    }

    /** The same for the short form that is told no class count: a row for each target. */
    private Geometry rows(Elements door, Object input, int[] targets) {
        Objects.requireNonNull(input, inputName());
        Objects.requireNonNull(targets, "targets");
        int batch = targets.length;
        int length = door.length(input);
        if (batch == 0 ? length != 0 : length == 0 || length % batch != 0) {
            throw new IllegalArgumentException(inputName() + ".length (" + length + ") must be "
                    + (batch == 0 ? "0 where targets is empty"
                    : "a positive multiple of targets.length (" + batch + ")"));
        }
        Geometry g = Geometry.rows(batch, batch == 0 ? 1 : length / batch);
        checkTargets(g, targets);
        return g;
    }

    private void checkWeights(Geometry g) {
        if (settings.weighs() && settings.weights() != g.classes && g.samples() > 0) {
            throw new IllegalArgumentException("classWeights.length (" + settings.weights() + ") must be " + g.classes
                    + ", the number of classes of layout " + g);
        }
    }

    private void checkTargets(Geometry g, int[] targets) {
        checkWeights(g);
        Require.holds(targets.length, "targets", g.targetsExtent(), g);
        int end = g.targetsExtent();
        int last = g.classes - 1;
        int signs = 0;
        for (int s = g.firstTarget; s < end; s++) {
            signs |= targets[s] | last - targets[s]; // a vector loop: negative if any is out of range
        }
        for (int s = g.firstTarget; signs < 0 && s < end; s++) {
            if (isOutside(targets[s], g)) {
                throw outside("targets[" + s + "]", targets[s], g);
            }
        }
    }

    private boolean isOutside(int target, Geometry g) {
        return (target < 0 || target >= g.classes) && !settings.ignores(target);
    }

    private static IllegalArgumentException outside(String name, int target, Geometry g) {
        String hint = target == -100 ? "; ignoreIndex(-100) skips such rows"
                : target == g.classes ? "; classes are numbered from 0" : "";
        return new IllegalArgumentException(
                name + " is " + target + ", but must be in [0, " + g.classes + ")" + hint);
    }

    @Override
    final void checkTargets(Geometry g, Elements door, Object targets) {
        checkWeights(g);
        int end = g.targetsExtent() * g.classes;
        Require.holds(door.length(targets), "targets", (long) g.targetsExtent() * g.classes, g);
        int wrong = door.indexOfNoShare(targets, end - g.samples() * g.classes, end);
        if (wrong >= 0) {
            throw new IllegalArgumentException("targets[" + wrong + "] is " + door.text(targets, wrong)
                    + ", but must be finite and at least 0");
        }
    }
}
