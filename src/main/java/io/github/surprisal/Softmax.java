package io.github.surprisal;

import io.github.surprisal.internal.operations.Prediction;
import io.github.surprisal.internal.operations.SoftmaxBackward;
import io.github.surprisal.internal.operations.SoftmaxForward;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Threads;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Objects;

/**
 * Softmax: probabilities of logits, their gradient, and the most probable class.
 *
 * <p>For the logits x of a sample,
 * <pre>
 *   p[c]        = exp(x[c]) / (sum over j of exp(x[j]))
 *   gradient[c] = p[c] (upstream[c] - sum over j of p[j] upstream[j])
 * </pre>
 *
 * <p><b>Accuracy.</b> Every probability is within 2 ulp of the exact value for all finite logits, subnormal ones
 * included; all but one in a million seen, near the subnormal numbers, within 1 ulp. The gradient takes the
 * probabilities as they are, rounded, and is evaluated as p[c] ((u[c] - u[top]) sum p - sum p (u - u[top])) with top
 * the most probable class, in which the tail does not drown: apart from what the rounding of the probabilities brings,
 * it is within 2 ulp of p[c] (sum over j != c of p[j] max(|u[c]|, |u[j]|)). Upstreams are taken to lie below 1e300.
 * Held by {@code TruthCasesTest}, {@code TruthBatchCasesTest} and {@code RandomOracleTest}.
 *
 * <p><b>Special cases.</b> A logit of -Infinity has probability 0. A NaN or +Infinity logit makes its sample's
 * probabilities NaN, and so does a sample whose logits are all -Infinity.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}. Source: P. Blanchard, D. J. Higham, N. J. Higham, Accurately
 * computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038.
 *
 * @see LogSoftmax
 * @see CrossEntropyLoss
 */
public final class Softmax implements Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Threads threads;

    private Softmax(Builder builder) {
        this.threads = builder.threads();
    }

    /**
     * The operator with default options: sequential.
     *
     * @return the operator
     */
    public static Softmax create() {
        return builder().build();
    }

    /**
     * A builder of an operator with other options.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The probabilities of contiguous rows.
     *
     * @param logits [batch, classes], row-major; read
     * @param classes the number of classes, a divisor of the length
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException if {@code classes} is below 1 or does not divide the length
     * @throws NullPointerException if the array is null
     */
    public double[] forward(double[] logits, int classes) {
        Geometry rows = Layout.rows(Elements.DOUBLES, logits, classes);
        double[] probabilities = new double[logits.length];
        SoftmaxForward.run(rows, Elements.DOUBLES, logits, probabilities, threads);
        return probabilities;
    }

    /**
     * The probabilities of a batch.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param probabilities in the layout, overwritten; may be {@code logits} itself
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void forward(double[] logits, Layout layout, double[] probabilities) {
        forward(Elements.DOUBLES, logits, layout, probabilities);
    }

    /**
     * The vector-Jacobian product: from the gradient with respect to the probabilities, that with respect to the
     * logits.
     *
     * @param probabilities in the layout, as {@link #forward(double[], Layout, double[])} gave them; read
     * @param upstream in the layout, the gradient with respect to the probabilities; read
     * @param layout where the batch lies
     * @param gradient in the layout, overwritten; may be one of the others
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] probabilities, double[] upstream, Layout layout, double[] gradient) {
        backward(Elements.DOUBLES, probabilities, upstream, layout, gradient);
    }

    /**
     * The most probable class of contiguous rows.
     *
     * @param logits [batch, classes], row-major (probabilities and log-probabilities have the same order); read
     * @param classes the number of classes, a divisor of the length
     * @return a new array, [batch]: the lowest index of a greatest logit, or -1 where a logit of the row is NaN
     * @throws IllegalArgumentException if {@code classes} is below 1 or does not divide the length
     * @throws NullPointerException if the array is null
     */
    public int[] predict(double[] logits, int classes) {
        return predict(Elements.DOUBLES, logits, classes);
    }

    /**
     * The most probable class of every sample of a batch.
     *
     * @param logits in the layout (probabilities and log-probabilities have the same order); read
     * @param layout where the batch lies
     * @param predicted [batch, inner...], overwritten: the lowest index of a greatest logit, or -1 where a logit of the
     *        sample is NaN
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void predict(double[] logits, Layout layout, int[] predicted) {
        predict(Elements.DOUBLES, logits, layout, predicted);
    }

    // ---- floats

    /**
     * {@link #forward(double[], int)} on floats: every result is rounded once.
     *
     * @param logits [batch, classes], row-major; read
     * @param classes the number of classes, a divisor of the length
     * @return a new array, [batch, classes]
     * @throws IllegalArgumentException if {@code classes} is below 1 or does not divide the length
     * @throws NullPointerException if the array is null
     */
    public float[] forward(float[] logits, int classes) {
        Geometry rows = Layout.rows(Elements.FLOATS, logits, classes);
        float[] probabilities = new float[logits.length];
        SoftmaxForward.run(rows, Elements.FLOATS, logits, probabilities, threads);
        return probabilities;
    }

    /**
     * {@link #forward(double[], Layout, double[])} on floats: every result is rounded once.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param probabilities in the layout, overwritten; may be {@code logits} itself
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void forward(float[] logits, Layout layout, float[] probabilities) {
        forward(Elements.FLOATS, logits, layout, probabilities);
    }

    /**
     * {@link #backward(double[], double[], Layout, double[])} on floats: every element of the gradient is rounded
     * once.
     *
     * @param probabilities in the layout, as {@link #forward(double[], Layout, double[])} gave them; read
     * @param upstream in the layout, the gradient with respect to the probabilities; read
     * @param layout where the batch lies
     * @param gradient in the layout, overwritten; may be one of the others
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void backward(float[] probabilities, float[] upstream, Layout layout, float[] gradient) {
        backward(Elements.FLOATS, probabilities, upstream, layout, gradient);
    }

    /**
     * {@link #predict(double[], int)} on floats: the same classes.
     *
     * @param logits [batch, classes], row-major (probabilities and log-probabilities have the same order); read
     * @param classes the number of classes, a divisor of the length
     * @return a new array, [batch]: the lowest index of a greatest logit, or -1 where a logit of the row is NaN
     * @throws IllegalArgumentException if {@code classes} is below 1 or does not divide the length
     * @throws NullPointerException if the array is null
     */
    public int[] predict(float[] logits, int classes) {
        return predict(Elements.FLOATS, logits, classes);
    }

    /**
     * {@link #predict(double[], Layout, int[])} on floats: the same classes.
     *
     * @param logits in the layout (probabilities and log-probabilities have the same order); read
     * @param layout where the batch lies
     * @param predicted [batch, inner...], overwritten: the lowest index of a greatest logit, or -1 where a logit of the
     *        sample is NaN
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void predict(float[] logits, Layout layout, int[] predicted) {
        predict(Elements.FLOATS, logits, layout, predicted);
    }

    // ---- the same for whatever the elements of the arrays are

    private void forward(Elements door, Object logits, Layout layout, Object probabilities) {
        Geometry g = Layout.geometry(layout);
        Require.reaches(door, logits, "logits", g);
        Require.reaches(door, probabilities, "probabilities", g);
        SoftmaxForward.run(g, door, logits, probabilities, threads);
    }

    private void backward(Elements door, Object probabilities, Object upstream, Layout layout, Object gradient) {
        Geometry g = Layout.geometry(layout);
        Require.reaches(door, probabilities, "probabilities", g);
        Require.reaches(door, upstream, "upstream", g);
        Require.reaches(door, gradient, "gradient", g);
        SoftmaxBackward.run(g, door, probabilities, upstream, gradient, threads);
    }

    private int[] predict(Elements door, Object logits, int classes) {
        Geometry rows = Layout.rows(door, logits, classes);
        int[] predicted = new int[rows.samples()];
        Prediction.run(rows, door, logits, predicted, threads);
        return predicted;
    }

    private void predict(Elements door, Object logits, Layout layout, int[] predicted) {
        Geometry g = Layout.geometry(layout);
        Require.reaches(door, logits, "logits", g);
        Objects.requireNonNull(predicted, "predicted");
        Require.holds(predicted.length, "predicted", g.targetsExtent(), g);
        Prediction.run(g, door, logits, predicted, threads);
    }

    /**
     * The operator and its options.
     *
     * @return {@code "Softmax"}, or such as {@code "Softmax[parallel]"}; the text may change
     */
    @Override
    public String toString() {
        return new Description(this).with(threads).toString();
    }

    /**
     * What is written in place of this operator: its options.
     *
     * @return the options, which become an operator again when they are read
     * @throws NotSerializableException if it has a pool of its own
     */
    private Object writeReplace() throws NotSerializableException {
        Serialized.check(this, threads);
        return new Options(threads.areMany());
    }

    /**
     * Refuses a stream that holds the operator itself.
     *
     * @param in the stream; not read
     * @throws InvalidObjectException always
     */
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw Serialized.refusal(this);
    }

    /** What is serialised. */
    private record Options(boolean parallel) implements Serializable {

        private static final long serialVersionUID = 1L;

        private Object readResolve() {
            return parallel ? builder().parallel().build() : create();
        }
    }

    /** The options of a {@link Softmax}. Not thread-safe; what it builds is. */
    public static final class Builder extends OperatorBuilder<Builder> {

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * An operator with the options told so far.
         *
         * @return the operator
         */
        public Softmax build() {
            return new Softmax(this);
        }
    }
}
