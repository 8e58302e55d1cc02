package io.github.surprisal;

import io.github.surprisal.internal.operations.BinaryCrossEntropy;
import io.github.surprisal.internal.operations.LabelSettings;
import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.util.Objects;

/**
 * Binary cross-entropy, also called log loss: the negative log-likelihood of labels that are true or false, each with a
 * logit of its own. For one yes or no, and for several labels a row that do not exclude one another.
 *
 * <p>With logit x, target y in [0, 1], positive weight w and label smoothing e,
 * <pre>
 *   s(x)     = 1 / (1 + exp(-x)), softplus(x) = log(1 + exp(x))
 *   t        = (1 - e) y + e / 2
 *   loss     = w t softplus(-x) + (1 - t) softplus(x)
 *   gradient = upstream * share * ((1 - t) s(x) - w t s(-x))
 *   Hessian  = (w t + 1 - t) s(x) s(-x)
 *   Fisher   = (w s(x) + s(-x)) s(x) s(-x)
 * </pre>
 * where share is 1 / (number of labels) for {@link Reduction#MEAN} and 1 for {@link Reduction#SUM}. Every element of
 * the layout is a sample: targets, losses and upstreams are dense in the order of the logits. The Fisher information is
 * the Hessian's expectation over targets drawn from the model, which are not smoothed.
 *
 * <pre>{@code
 *   BinaryCrossEntropyLoss loss = BinaryCrossEntropyLoss.builder().positiveWeights(3.0, 1.0).build();
 *   double value = loss.forwardBackward(logits, targets, gradient);   // logits [batch, 2 labels], targets likewise
 * }</pre>
 *
 * <p>In PyTorch BCEWithLogitsLoss(pos_weight), in XGBoost binary:logistic with scale_pos_weight, in Keras
 * BinaryCrossentropy(from_logits=True), in DL4J LossBinaryXENT on the pre-activation; here nothing is clipped, and a
 * loss is 0 only where it is below the least double.
 *
 * <p><b>Accuracy.</b> Losses, second derivatives and, with targets 0 and 1 and no smoothing, gradients are within 2 ulp
 * of the exact value, tails included; with other targets a gradient is a difference, and within 2 ulp of the larger of
 * its terms. Held by {@code BinaryCrossEntropyLossTest}.
 *
 * <p><b>Special cases.</b> A NaN logit makes its own loss, gradient and second derivative NaN. An infinite one stands
 * for the limit: loss 0 on the target's side, +Infinity on the other, gradient 0 or the weight. A term of factor 0 is
 * 0, also where it would be infinite.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}.
 *
 * @see Sigmoid
 * @see CrossEntropyLoss
 */
public final class BinaryCrossEntropyLoss extends Loss {

    private static final String TARGETS = "targets";

    private static final long serialVersionUID = 1L;

    private final transient LabelSettings settings;
    private final transient double[] positiveWeights;
    private final transient double labelSmoothing;
    private final transient boolean ignoresMissing;

    private BinaryCrossEntropyLoss(Builder builder) {
        super("logits", builder);
        this.settings = new LabelSettings(builder.positiveWeights, builder.labelSmoothing);
        this.positiveWeights = builder.positiveWeights;
        this.labelSmoothing = builder.labelSmoothing;
        this.ignoresMissing = builder.ignoresMissing();
    }

    /**
     * The loss with default options: the mean over the labels, sequential.
     *
     * @return the loss
     */
    public static BinaryCrossEntropyLoss create() {
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

    /**
     * The loss of logits, a label each.
     *
     * @param logits [batch, labels] or any other shape; read
     * @param targets as many, in [0, 1]; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if the lengths differ, or are no multiple of the number of positive weights, a
     *         target is outside [0, 1], the arrays are the same, or the mean is over nothing and
     *         {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an array is null
     */
    public double forward(double[] logits, double[] targets) {
        Geometry g = line(logits, targets);
        return forward(operation(g, Elements.DOUBLES, logits, targets));
    }

    /**
     * The gradient of {@link #forward(double[], double[])} with respect to the logits.
     *
     * @param logits [batch, labels] or any other shape; read
     * @param targets as many, in [0, 1]; read
     * @return a new array, of the shape of the logits
     * @throws IllegalArgumentException as {@link #forward(double[], double[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] logits, double[] targets) {
        Geometry g = line(logits, targets);
        double[] gradient = new double[logits.length];
        backward(operation(g, Elements.DOUBLES, logits, targets), 1.0, gradient);
        return gradient;
    }

    /**
     * The loss of {@link #forward(double[], double[])} and its gradient in one step.
     *
     * @param logits [batch, labels] or any other shape; read
     * @param targets as many, in [0, 1]; read
     * @param gradient of the shape of the logits, overwritten; may be {@code logits} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], double[])}; or if {@code gradient} is too short or
     *         {@code targets}
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] logits, double[] targets, double[] gradient) {
        Geometry g = line(logits, targets);
        checkGradient(g, Elements.DOUBLES, gradient);
        Require.distinct(gradient, "gradient", targets, TARGETS);
        return forwardBackward(operation(g, Elements.DOUBLES, logits, targets), 1.0, gradient);
    }

    private Geometry line(double[] logits, double[] targets) {
        Objects.requireNonNull(logits, inputName());
        Objects.requireNonNull(targets, TARGETS);
        if (logits.length != targets.length) {
            throw new IllegalArgumentException(inputName() + ".length (" + logits.length
                    + ") must be targets.length (" + targets.length + ")");
        }
        if (logits.length % settings.weights() != 0) {
            throw new IllegalArgumentException(inputName() + ".length (" + logits.length
                    + ") must be a multiple of positiveWeights.length (" + settings.weights() + ")");
        }
        Geometry g = Geometry.line(logits.length);
        checkTargets(g, Elements.DOUBLES, targets);
        Require.distinct(targets, TARGETS, logits, inputName());
        return g;
    }

    @Override
    Geometry geometry(Layout layout) {
        Geometry g = Layout.elements(layout);
        if (settings.weights() != 1 && settings.weights() != layout.classes()) {
            throw new IllegalArgumentException("positiveWeights.length (" + settings.weights() + ") must be 1 or "
                    + layout.classes() + ", the number of classes of layout " + layout);
        }
        return g;
    }

    @Override
    void checkTargets(Geometry g, Elements door, Object targets) {
        Require.holds(door.length(targets), TARGETS, g.targetsExtent(), g);
        for (int s = g.firstTarget; s < g.targetsExtent(); s++) {
            double target = door.get(targets, s);
            if (!(target >= 0.0 && target <= 1.0)) {
                Require.target(target, s, "[0, 1]", ignoresMissing);
            }
        }
    }

    @Override
    LossOperation operation(Geometry g, Elements door, Object logits, Object targets) {
        return ignoresMissing
                ? BinaryCrossEntropy.withMissing(g, door, logits, targets, settings)
                : BinaryCrossEntropy.of(g, door, logits, targets, settings);
    }

    @Override
    Description describe() {
        Description description = super.describe().with("positiveWeights", positiveWeights);
        if (labelSmoothing > 0.0) {
            description.with("labelSmoothing", (Object) labelSmoothing);
        }
        return ignoresMissing ? description.with("ignoreMissing", true) : description;
    }

    @Override
    Serializable serialized() {
        return new Options(new NumberLossOptions(reduction(), emptyMean(), ignoresMissing, isParallel()),
                positiveWeights, labelSmoothing);
    }

    /** What is serialised. */
    private record Options(NumberLossOptions options, double[] positiveWeights, double labelSmoothing)
            implements Serializable {

        private static final long serialVersionUID = 1L;

        private Object readResolve() throws InvalidObjectException {
            try {
                return options.tell(builder()).positiveWeights(positiveWeights).labelSmoothing(labelSmoothing).build();
            } catch (IllegalArgumentException | NullPointerException e) {
                throw Serialized.refusal(e);
            }
        }
    }

    /** The options of a {@link BinaryCrossEntropyLoss}. Not thread-safe; what it builds is. */
    public static final class Builder extends NumberLossBuilder<Builder> {

        private double[] positiveWeights = {1.0};
        private double labelSmoothing;

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * What the positive term of a loss is multiplied by: above 1, misses cost more than false alarms. The mean
         * divides by the number of labels all the same. 1 unless told otherwise.
         *
         * @param weights one for all labels, or one for each label (the class axis of a layout, or, without one, the
         *        last dimension); finite and at least 0; copied
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one is negative, NaN or infinite
         * @throws NullPointerException if the array is null
         */
        public Builder positiveWeights(double... weights) {
            double[] copy = Objects.requireNonNull(weights, "weights").clone();
            Require.that(copy.length > 0, "weights.length is 0, but must be 1 or the number of labels");
            for (int i = 0; i < copy.length; i++) {
                Require.that(copy[i] >= 0.0 && copy[i] <= Double.MAX_VALUE,
                        "weights[%d] is %s, but must be finite and at least 0", i, copy[i]);
            }
            this.positiveWeights = copy;
            return this;
        }

        /**
         * Label smoothing: targets y become (1 - epsilon) y + epsilon / 2. 0 unless told otherwise.
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
        public BinaryCrossEntropyLoss build() {
            return new BinaryCrossEntropyLoss(this);
        }
    }
}
