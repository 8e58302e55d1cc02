package io.github.surprisal;

import io.github.surprisal.internal.operations.ClassSettings;
import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
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
 *   double value = loss.forwardBackward(logits, targets, gradient);   // logits [batch, classes], targets [batch]
 * }</pre>
 */
public abstract sealed class ClassLoss extends Loss permits CrossEntropyLoss, NllLoss {

    private final ClassSettings settings;

    ClassLoss(String inputName, LossBuilder<?> builder, double labelSmoothing) {
        super(inputName, builder);
        this.settings = builder.classSettings(labelSmoothing);
    }

    final ClassSettings settings() {
        return settings;
    }

    /** What is to be done for a call whose arguments have been checked. */
    abstract LossOperation indexOperation(Geometry g, Elements door, Object input, int[] targets);

    // ---- the short form: contiguous rows, class indices

    /**
     * The loss of {@code targets.length} contiguous rows of {@code input.length / targets.length} classes.
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
     * The gradient of {@link #forward(double[], int[])} with respect to the input.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] input, int[] targets) {
        Geometry g = rows(Elements.DOUBLES, input, targets);
        double[] gradient = new double[input.length];
        backward(indexOperation(g, Elements.DOUBLES, input, targets), 1.0, gradient);
        return gradient;
    }

    /**
     * The loss of {@link #forward(double[], int[])} and its gradient in one step.
     *
     * @param input [batch, classes], row-major: logits, or log-probabilities for {@link NllLoss}; read
     * @param targets [batch], the class index of each row; read
     * @param gradient [batch, classes], overwritten; may be {@code input} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], int[])}, or if {@code gradient} is too short
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] input, int[] targets, double[] gradient) {
        return forwardBackward(Elements.DOUBLES, input, targets, gradient);
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
        return forwardBackward(Elements.FLOATS, input, targets, gradient);
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

    // ---- the same for whatever the elements of the arrays are

    private double forward(Elements door, Object input, int[] targets) {
        Geometry g = rows(door, input, targets);
        return forward(indexOperation(g, door, input, targets));
    }

    private double forwardBackward(Elements door, Object input, int[] targets, Object gradient) {
        Geometry g = rows(door, input, targets);
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

    private static final double[] NO_INPUT = {};

    private Geometry check(Elements door, Object input, Layout layout, int[] targets) {
        Geometry g = Layout.geometry(layout);
        Objects.requireNonNull(targets, "targets");
        checkInput(g, door, input);
        checkTargets(g, targets);
        return g;
    }

    /** The geometry of the short form: a row for each target. */
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
        Require.holds(targets.length, "targets", g.samples(), g);
        int last = g.classes - 1;
        int signs = 0;
        for (int s = 0; s < g.samples(); s++) {
            signs |= targets[s] | last - targets[s]; // a vector loop: negative if any is out of range
        }
        for (int s = 0; signs < 0 && s < g.samples(); s++) {
            int target = targets[s];
            if ((target < 0 || target >= g.classes) && !settings.ignores(target)) {
                String hint = target == -100 ? "; ignoreIndex(-100) skips such rows" : "";
                throw new IllegalArgumentException(
                        "targets[" + s + "] is " + target + ", but must be in [0, " + g.classes + ")" + hint);
            }
        }
    }

    @Override
    final void checkTargets(Geometry g, Elements door, Object targets) {
        checkWeights(g);
        int n = g.samples() * g.classes;
        Require.holds(door.length(targets), "targets", n, g);
        int wrong = door.indexOfNoShare(targets, n);
        if (wrong >= 0) {
            throw new IllegalArgumentException("targets[" + wrong + "] is " + door.text(targets, wrong)
                    + ", but must be finite and at least 0");
        }
    }
}
