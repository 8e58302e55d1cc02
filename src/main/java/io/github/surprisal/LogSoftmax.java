package io.github.surprisal;

import io.github.surprisal.internal.operations.LogSoftmaxBackward;
import io.github.surprisal.internal.operations.LogSoftmaxForward;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Threads;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/**
 * Log-softmax: the logarithms of the probabilities of logits, and their gradient.
 *
 * <p>For the logits x of a sample,
 * <pre>
 *   logp[c]     = x[c] - log(sum over j of exp(x[j]))
 *   gradient[c] = upstream[c] - exp(logp[c]) (sum over j of upstream[j])
 * </pre>
 *
 * <p><b>Accuracy.</b> Every log-probability is within 2 ulp of the exact value for all finite logits, that of a nearly
 * certain class included (-3.7e-44 for the first of [100, 0]); the worst seen is 1 ulp. The gradient is that of the
 * log-probabilities as they are given, within 2 ulp of the larger of its two terms; note that exp magnifies the
 * rounding of large log-probabilities (a logp of -700 has lost 7 bits of its probability). {@link CrossEntropyLoss}
 * does not go that way. Upstreams, if not 0, are taken to lie between 1e-200 and 1e300; log-probabilities of -847.7
 * and less count as those of probability 0. Where the two terms add up instead of cancelling, and their sum lies in the
 * next binade, 2 ulp of the larger term can be 2.1. Held by {@code TruthCasesTest}, {@code TruthBatchCasesTest} and
 * {@code RandomOracleTest}.
 *
 * <p><b>Special cases.</b> A logit of -Infinity has log-probability -Infinity, and so has one so far below the maximum
 * that the difference overflows. A NaN or +Infinity logit makes its sample's log-probabilities NaN, and so does a
 * sample whose logits are all -Infinity.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}. Source: P. Blanchard, D. J. Higham, N. J. Higham, Accurately
 * computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038.
 *
 * @see Softmax
 * @see NllLoss
 */
public final class LogSoftmax implements Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Threads threads;

    private LogSoftmax(Builder builder) {
        this.threads = builder.threads();
    }

    /**
     * The operator with default options: sequential.
     *
     * @return the operator
     */
    public static LogSoftmax create() {
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
     * The log-probabilities of contiguous rows.
     *
     * @param logits [batch, classes], row-major; read
     * @param classes the number of classes, a divisor of the length
     * @return a new array, [batch, classes], in nats
     * @throws IllegalArgumentException if {@code classes} is below 1 or does not divide the length
     * @throws NullPointerException if the array is null
     */
    public double[] forward(double[] logits, int classes) {
        Geometry rows = Layout.rows(Elements.DOUBLES, logits, classes);
        double[] logProbabilities = new double[logits.length];
        LogSoftmaxForward.run(rows, Elements.DOUBLES, logits, logProbabilities, threads);
        return logProbabilities;
    }

    /**
     * The log-probabilities of a batch.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param logProbabilities in the layout, overwritten, in nats; may be {@code logits} itself
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void forward(double[] logits, Layout layout, double[] logProbabilities) {
        forward(Elements.DOUBLES, logits, layout, logProbabilities);
    }

    /**
     * The vector-Jacobian product: from the gradient with respect to the log-probabilities, that with respect to the
     * logits.
     *
     * @param logProbabilities in the layout, as {@link #forward(double[], Layout, double[])} gave them; read
     * @param upstream in the layout, the gradient with respect to the log-probabilities; read
     * @param layout where the batch lies
     * @param gradient in the layout, overwritten; may be one of the others
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void backward(double[] logProbabilities, double[] upstream, Layout layout, double[] gradient) {
        backward(Elements.DOUBLES, logProbabilities, upstream, layout, gradient);
    }

    // ---- floats

    /**
     * {@link #forward(double[], int)} on floats: every result is rounded once.
     *
     * @param logits [batch, classes], row-major; read
     * @param classes the number of classes, a divisor of the length
     * @return a new array, [batch, classes], in nats
     * @throws IllegalArgumentException if {@code classes} is below 1 or does not divide the length
     * @throws NullPointerException if the array is null
     */
    public float[] forward(float[] logits, int classes) {
        Geometry rows = Layout.rows(Elements.FLOATS, logits, classes);
        float[] logProbabilities = new float[logits.length];
        LogSoftmaxForward.run(rows, Elements.FLOATS, logits, logProbabilities, threads);
        return logProbabilities;
    }

    /**
     * {@link #forward(double[], Layout, double[])} on floats: every result is rounded once.
     *
     * @param logits in the layout; read
     * @param layout where the batch lies
     * @param logProbabilities in the layout, overwritten, in nats; may be {@code logits} itself
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void forward(float[] logits, Layout layout, float[] logProbabilities) {
        forward(Elements.FLOATS, logits, layout, logProbabilities);
    }

    /**
     * {@link #backward(double[], double[], Layout, double[])} on floats: every element of the gradient is rounded
     * once.
     *
     * @param logProbabilities in the layout, as {@link #forward(double[], Layout, double[])} gave them; read
     * @param upstream in the layout, the gradient with respect to the log-probabilities; read
     * @param layout where the batch lies
     * @param gradient in the layout, overwritten; may be one of the others
     * @throws IllegalArgumentException if an array is shorter than the layout needs
     * @throws NullPointerException if an argument is null
     */
    public void backward(float[] logProbabilities, float[] upstream, Layout layout, float[] gradient) {
        backward(Elements.FLOATS, logProbabilities, upstream, layout, gradient);
    }

    // ---- the same for whatever the elements of the arrays are

    private void forward(Elements door, Object logits, Layout layout, Object logProbabilities) {
        Geometry g = Layout.geometry(layout);
        Require.reaches(door, logits, "logits", g);
        Require.reaches(door, logProbabilities, "logProbabilities", g);
        LogSoftmaxForward.run(g, door, logits, logProbabilities, threads);
    }

    private void backward(Elements door, Object logProbabilities, Object upstream, Layout layout, Object gradient) {
        Geometry g = Layout.geometry(layout);
        Require.reaches(door, logProbabilities, "logProbabilities", g);
        Require.reaches(door, upstream, "upstream", g);
        Require.reaches(door, gradient, "gradient", g);
        LogSoftmaxBackward.run(g, door, logProbabilities, upstream, gradient, threads);
    }

    /**
     * The operator and its options.
     *
     * @return {@code "LogSoftmax"}, or such as {@code "LogSoftmax[parallel]"}; the text may change
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

    /** The options of a {@link LogSoftmax}. Not thread-safe; what it builds is. */
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
        public LogSoftmax build() {
            return new LogSoftmax(this);
        }
    }
}
