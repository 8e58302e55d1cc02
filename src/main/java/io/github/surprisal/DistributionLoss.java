package io.github.surprisal;

import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.operations.LikelihoodLoss;
import io.github.surprisal.internal.operations.LossOperation;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.util.Objects;

/**
 * The negative log-likelihood of numbers under a distribution whose parameters a model predicts: regression with
 * uncertainty, counts, durations, rates.
 *
 * <p>With the density or probability f of a {@link Distribution}, raw outputs x of a sample and its target y,
 * <pre>
 *   loss     = -log f(y; x), all constants included: exp(-loss) is the density or probability
 *   gradient = upstream * share * d loss / d x
 * </pre>
 * where share is 1 / (number of samples) for {@link Reduction#MEAN} and 1 for {@link Reduction#SUM}. The formulas are
 * with the factories of {@link Distribution}. Several outputs of a sample, such as mean and log variance, lie along the
 * class axis of the layout: {@code Layout.of(batch, 2)}, or {@code Layout.of(16, 2, 28, 28)} for two maps.
 *
 * <pre>{@code
 *   DistributionLoss loss = DistributionLoss.of(Distribution.gaussian());
 *   double value = loss.forwardBackward(outputs, targets, gradient);   // outputs [batch, 2], targets [batch]
 * }</pre>
 *
 * <p><b>Accuracy.</b> Losses, gradients and second derivatives of a sample are within 1 ulp of the exact value, or of
 * the largest term of what truly cancels, and are nearly always the nearest double; so are their means. Held by
 * {@code LikelihoodLossesTest} and {@code LikelihoodCasesTest}.
 *
 * <p><b>Special cases.</b> Finite outputs and a target in the support give no NaN, and an infinity only where the exact
 * value exceeds the largest double; the gradient of a mean is infinite only if that is. An infinite output stands for
 * the limit. A NaN output, or two infinite ones, make the loss, the gradient and the second derivatives of that sample
 * NaN. An upstream of 0 makes a gradient 0 that is not NaN.
 *
 * <p>Immutable and thread-safe. What holds for all operators (arrays, aliasing, errors, bits) is in the
 * {@linkplain io.github.surprisal package description}.
 *
 * @see Distribution
 * @see BinaryCrossEntropyLoss
 */
public final class DistributionLoss extends Loss {

    private static final String TARGETS = "targets";

    private static final long serialVersionUID = 1L;

    private final transient Distribution distribution;
    private final transient Likelihood likelihood;
    private final transient boolean ignoresMissing;

    private DistributionLoss(Builder builder) {
        super("outputs", builder);
        this.distribution = builder.distribution;
        this.likelihood = distribution.likelihood();
        this.ignoresMissing = builder.ignoresMissing();
    }

    /**
     * The loss of a distribution with default options: the mean over the batch, sequential.
     *
     * @param distribution the distribution
     * @return the loss
     * @throws NullPointerException if it is null
     */
    public static DistributionLoss of(Distribution distribution) {
        return builder(distribution).build();
    }

    /**
     * A builder of the loss of a distribution with other options.
     *
     * @param distribution the distribution
     * @return a new builder
     * @throws NullPointerException if it is null
     */
    public static Builder builder(Distribution distribution) {
        return new Builder(Objects.requireNonNull(distribution, "distribution"));
    }

    /**
     * What the targets are distributed as.
     *
     * @return the distribution
     */
    public Distribution distribution() {
        return distribution;
    }

    /**
     * The loss of {@code targets.length} contiguous rows.
     *
     * @param outputs [batch, parameters], row-major; read
     * @param targets [batch]; read
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException if the length of {@code outputs} is not that of {@code targets} times
     *         {@link Distribution#parameters()}, a target is outside the support, the arrays are the same, or the mean
     *         is over nothing and {@link EmptyMean#THROW} was asked for
     * @throws NullPointerException if an array is null
     */
    public double forward(double[] outputs, double[] targets) {
        Geometry g = rows(outputs, targets);
        return forward(operation(g, Elements.DOUBLES, outputs, targets));
    }

    /**
     * The gradient of {@link #forward(double[], double[])} with respect to the outputs.
     *
     * @param outputs [batch, parameters], row-major; read
     * @param targets [batch]; read
     * @return a new array, [batch, parameters]
     * @throws IllegalArgumentException as {@link #forward(double[], double[])}, but never for an empty mean
     * @throws NullPointerException if an array is null
     */
    public double[] backward(double[] outputs, double[] targets) {
        Geometry g = rows(outputs, targets);
        double[] gradient = new double[outputs.length];
        backward(operation(g, Elements.DOUBLES, outputs, targets), 1.0, gradient);
        return gradient;
    }

    /**
     * The loss of {@link #forward(double[], double[])} and its gradient in one step.
     *
     * @param outputs [batch, parameters], row-major; read
     * @param targets [batch]; read
     * @param gradient [batch, parameters], overwritten; may be {@code outputs} itself
     * @return the mean or the sum of the losses, in nats
     * @throws IllegalArgumentException as {@link #forward(double[], double[])}; or if {@code gradient} is too short or
     *         {@code targets}
     * @throws NullPointerException if an array is null
     */
    public double forwardBackward(double[] outputs, double[] targets, double[] gradient) {
        Geometry g = rows(outputs, targets);
        checkGradient(g, Elements.DOUBLES, gradient);
        Require.distinct(gradient, "gradient", targets, TARGETS);
        return forwardBackward(operation(g, Elements.DOUBLES, outputs, targets), 1.0, gradient);
    }

    private Geometry rows(double[] outputs, double[] targets) {
        Objects.requireNonNull(outputs, inputName());
        Objects.requireNonNull(targets, TARGETS);
        int parameters = likelihood.parameters();
        if (outputs.length != (long) targets.length * parameters) {
            throw new IllegalArgumentException(inputName() + ".length (" + outputs.length + ") must be " + parameters
                    + " times targets.length (" + targets.length + ")");
        }
        Geometry g = Geometry.rows(targets.length, parameters);
        checkTargets(g, Elements.DOUBLES, targets);
        Require.distinct(targets, TARGETS, outputs, inputName());
        return g;
    }

    @Override
    void checkTargets(Geometry g, Elements door, Object targets) {
        if (g.classes != likelihood.parameters()) {
            throw new IllegalArgumentException("layout.classes() is " + g.classes + ", but must be "
                    + likelihood.parameters() + ", the parameters of " + distribution);
        }
        Require.holds(door.length(targets), TARGETS, g.targetsExtent(), g);
        for (int s = g.firstTarget; s < g.targetsExtent(); s++) {
            double target = door.get(targets, s);
            if (!likelihood.accepts(target)) {
                Require.target(target, s, likelihood.support(), ignoresMissing);
            }
        }
    }

    @Override
    void checkKind(Curvature kind) {
        super.checkKind(kind);
        if (kind == Curvature.FISHER && !likelihood.hasFisher()) {
            throw new IllegalArgumentException("kind is FISHER, but the Fisher information of " + distribution
                    + " has no closed form: HESSIAN, or a known shape");
        }
    }

    @Override
    LossOperation operation(Geometry g, Elements door, Object outputs, Object targets) {
        return ignoresMissing
                ? LikelihoodLoss.withMissing(g, door, outputs, targets, likelihood)
                : LikelihoodLoss.of(g, door, outputs, targets, likelihood);
    }

    @Override
    Description describe() {
        Description description = super.describe().with("distribution", distribution);
        return ignoresMissing ? description.with("ignoreMissing", true) : description;
    }

    @Override
    Serializable serialized() {
        return new Options(new NumberLossOptions(reduction(), emptyMean(), ignoresMissing, isParallel()), distribution);
    }

    /** What is serialised. */
    private record Options(NumberLossOptions options, Distribution distribution) implements Serializable {

        private static final long serialVersionUID = 1L;

        private Object readResolve() throws InvalidObjectException {
            try {
                return options.tell(builder(distribution)).build();
            } catch (IllegalArgumentException | NullPointerException e) {
                throw Serialized.refusal(e);
            }
        }
    }

    /** The options of a {@link DistributionLoss}. Not thread-safe; what it builds is. */
    public static final class Builder extends NumberLossBuilder<Builder> {

        private final Distribution distribution;

        private Builder(Distribution distribution) {
            this.distribution = distribution;
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
        public DistributionLoss build() {
            return new DistributionLoss(this);
        }
    }
}
