package io.github.surprisal;

import io.github.surprisal.internal.operations.SigmoidBackward;
import io.github.surprisal.internal.operations.SigmoidForward;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Threads;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Objects;

/**
 * Sigmoid, the logistic function: the probability of a label from its logit, every element for itself.
 *
 * <pre>
 *   p        = 1 / (1 + exp(-x))
 *   gradient = upstream * p * (1 - p)
 * </pre>
 *
 * <p><b>Accuracy.</b> Every probability is within 1 ulp of the exact value, in both tails and where it is subnormal.
 * The gradient takes the probabilities as they are, rounded, and is within 1 ulp of upstream p (1 - p) unless p is
 * subnormal or the upstream beyond 1e300; a probability that has become 1 has gradient 0 (for training take
 * {@link BinaryCrossEntropyLoss}, which keeps that tail). Held by {@code BinaryCrossEntropyLossTest}.
 *
 * <p><b>Special cases.</b> -Infinity has probability 0, +Infinity 1, NaN is NaN.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}.
 *
 * @see BinaryCrossEntropyLoss
 */
public final class Sigmoid implements Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Threads threads;

    private Sigmoid(Builder builder) {
        this.threads = builder.threads();
    }

    /**
     * The operator with default options: sequential.
     *
     * @return the operator
     */
    public static Sigmoid create() {
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
     * The probabilities of logits.
     *
     * @param logits any shape; read
     * @return a new array of the same shape
     * @throws NullPointerException if the array is null
     */
    public double[] forward(double[] logits) {
        Objects.requireNonNull(logits, "logits");
        double[] probabilities = new double[logits.length];
        SigmoidForward.run(Geometry.line(logits.length), Elements.DOUBLES, logits, probabilities, threads);
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
        Geometry g = Layout.elements(layout);
        Require.reaches(Elements.DOUBLES, logits, "logits", g);
        Require.reaches(Elements.DOUBLES, probabilities, "probabilities", g);
        SigmoidForward.run(g, Elements.DOUBLES, logits, probabilities, threads);
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
        Geometry g = Layout.elements(layout);
        Require.reaches(Elements.DOUBLES, probabilities, "probabilities", g);
        Require.reaches(Elements.DOUBLES, upstream, "upstream", g);
        Require.reaches(Elements.DOUBLES, gradient, "gradient", g);
        SigmoidBackward.run(g, Elements.DOUBLES, probabilities, upstream, gradient, threads);
    }

    /**
     * The operator and its options.
     *
     * @return {@code "Sigmoid"}, or such as {@code "Sigmoid[parallel]"}; the text may change
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

    /** The options of a {@link Sigmoid}. Not thread-safe; what it builds is. */
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
        public Sigmoid build() {
            return new Sigmoid(this);
        }
    }
}
