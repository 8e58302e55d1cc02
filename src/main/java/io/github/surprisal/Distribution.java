package io.github.surprisal;

import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.likelihoods.Likelihoods;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleFunction;

/**
 * A family of distributions, described by how a model's raw outputs are its parameters: what a {@link DistributionLoss}
 * is the negative log-likelihood of. Immutable; it computes nothing.
 *
 * <p>Raw outputs are any numbers, as the last layer of a network or the trees of a booster give them: locations as they
 * are, positive parameters by their logarithm, probabilities by their logit. Nothing is clamped and no epsilon added. A
 * loss contains all constants, in nats: {@code exp(-loss)} is the density or the probability of the target y, and
 * losses of different families can be compared.
 *
 * <p>Finite outputs and a target in the support never give NaN, and give an infinity only where the exact value exceeds
 * the largest double. An infinite output gives the limit, a NaN or two infinities NaN, for that sample alone.
 *
 * <p>Accuracy: losses, gradients, Hessians and Fisher information are within 1 ulp of the largest of the terms that
 * they are a sum of (nearly always they are the nearest double), and so within 1 ulp of their value unless terms
 * cancel; gradients by means, scales and locations and the losses of counts do not cancel. The gradients by a log
 * scale, a log variance or a shape do near their zeros, and the loss of a density near 1 does. Held by
 * {@code LikelihoodCasesTest}.
 */
public final class Distribution implements Serializable {

    private static final long serialVersionUID = 1;

    /** What a family is called, its option if it has one, and its arithmetic. */
    private enum Kind {
        GAUSSIAN("gaussian", "", ignored -> Likelihoods.gaussian()),
        GAUSSIAN_FIXED("gaussian", "variance", Likelihoods::gaussian),
        LAPLACE("laplace", "", ignored -> Likelihoods.laplace()),
        LOGISTIC("logistic", "", ignored -> Likelihoods.logistic()),
        STUDENT_T("studentT", "", ignored -> Likelihoods.studentT()),
        STUDENT_T_FIXED("studentT", "degreesOfFreedom", Likelihoods::studentT),
        LOG_NORMAL("logNormal", "", ignored -> Likelihoods.logNormal()),
        LOG_NORMAL_FIXED("logNormal", "variance", Likelihoods::logNormal),
        POISSON("poisson", "", ignored -> Likelihoods.poisson()),
        NEGATIVE_BINOMIAL("negativeBinomial", "", ignored -> Likelihoods.negativeBinomial()),
        NEGATIVE_BINOMIAL_FIXED("negativeBinomial", "shape", Likelihoods::negativeBinomial),
        GEOMETRIC("geometric", "", ignored -> Likelihoods.geometric()),
        BINOMIAL("binomial", "trials", Likelihoods::binomial),
        GAMMA("gamma", "", ignored -> Likelihoods.gamma()),
        GAMMA_FIXED("gamma", "shape", Likelihoods::gamma),
        EXPONENTIAL("exponential", "", ignored -> Likelihoods.exponential()),
        WEIBULL("weibull", "", ignored -> Likelihoods.weibull()),
        WEIBULL_FIXED("weibull", "shape", Likelihoods::weibull),
        BETA("beta", "", ignored -> Likelihoods.beta());

        private final String name;
        private final String option;
        private final transient DoubleFunction<Likelihood> likelihood;

        Kind(String name, String option, DoubleFunction<Likelihood> likelihood) {
            this.name = name;
            this.option = option;
            this.likelihood = likelihood;
        }

        Distribution plain() {
            return new Distribution(this, 0);
        }

        Distribution with(double value) {
            Require.that(option.isEmpty() || value > 0 && value <= Double.MAX_VALUE,
                    "%s is %s, but must be positive and finite", option, value);
            return new Distribution(this, value);
        }

        String describe(double value) {
            return name + "(" + (option.isEmpty() ? "" : option + "=" + value) + ")";
        }
    }

    /** What is written of a distribution: its family and option; the arithmetic is found anew. */
    private record Form(Kind kind, double option) implements Serializable {

        private Object readResolve() {
            return kind.with(option);
        }
    }

    private final transient Kind kind;
    private final transient double option;
    private final transient Likelihood likelihood;

    private Distribution(Kind kind, double option) {
        this.kind = kind;
        this.option = option;
        this.likelihood = kind.likelihood.apply(option);
    }

    /**
     * The normal distribution, its outputs the mean m and the log variance s; y is finite.
     * <pre>
     *     loss      log(2 pi)/2 + s/2 + (y - m)^2 e^-s / 2
     *     gradient  -(y - m) e^-s,  1/2 - (y - m)^2 e^-s / 2
     * </pre>
     * The loss is a log density: it is negative where the density exceeds 1. There is no smallest variance; y = m and s
     * to -infinity is a loss to -infinity. PyTorch's GaussianNLLLoss(full=True) takes the variance itself and clamps it
     * at 1e-6; NGBoost's Normal takes the log standard deviation, s/2.
     *
     * @return the distribution
     */
    public static Distribution gaussian() {
        return Kind.GAUSSIAN.plain();
    }

    /**
     * The normal distribution of a known variance v, its output the mean m; y is finite.
     * <pre>
     *     loss      log(2 pi v)/2 + (y - m)^2 / (2 v)
     *     gradient  -(y - m) / v
     * </pre>
     * With v = 1 the squared error, halved, and log(2 pi)/2.
     *
     * @param variance positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution gaussian(double variance) {
        return Kind.GAUSSIAN_FIXED.with(variance);
    }

    /**
     * The Laplace (double exponential) distribution, its outputs the location m and the log scale b; y is finite.
     * <pre>
     *     loss      log 2 + b + |y - m| e^-b
     *     gradient  -sign(y - m) e^-b,  1 - |y - m| e^-b
     * </pre>
     * The absolute error with a scale. At y = m the gradient by the location is 0. The Hessian of the location is 0
     * everywhere: take {@link Curvature#FISHER}, e^-2b. The same in PyTorch and NGBoost, with the scale itself.
     *
     * @return the distribution
     */
    public static Distribution laplace() {
        return Kind.LAPLACE.plain();
    }

    /**
     * The logistic distribution, its outputs the location m and the log scale b; y is finite, z = (y - m) e^-b.
     * <pre>
     *     loss      b + |z| + 2 log1p(e^-|z|)
     *     gradient  -e^-b tanh(z/2),  1 - z tanh(z/2)
     * </pre>
     * Between Gaussian and Laplace: quadratic near the location, linear far from it.
     *
     * @return the distribution
     */
    public static Distribution logistic() {
        return Kind.LOGISTIC.plain();
    }

    /**
     * Student's t distribution, its outputs the location m, the log scale b and the log degrees of freedom a; y is
     * finite, nu = e^a, z = (y - m) e^-b.
     * <pre>
     *     loss      lgamma(nu/2) - lgamma((nu + 1)/2) + log(pi nu)/2 + b + (nu + 1)/2 log1p(z^2/nu)
     *     gradient  -(nu + 1) z e^-b / (nu + z^2),  nu (1 - z^2) / (nu + z^2),  and by a
     * </pre>
     * Robust regression: the gradient by the location falls off for outliers, where its Hessian is negative. From nu =
     * 1e5 on nearly the {@link #gaussian()} with s = 2b, smoothly to infinity. GluonTS (StudentTOutput, the default of
     * DeepAR) has nu = 2 + softplus(output); PyTorch's StudentT and NGBoost's T take nu and the scale themselves.
     *
     * @return the distribution
     */
    public static Distribution studentT() {
        return Kind.STUDENT_T.plain();
    }

    /**
     * Student's t distribution of known degrees of freedom, its outputs the location and the log scale; else as
     * {@link #studentT()}. With 1 degree the Cauchy distribution.
     *
     * @param degreesOfFreedom positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution studentT(double degreesOfFreedom) {
        return Kind.STUDENT_T_FIXED.with(degreesOfFreedom);
    }

    /**
     * The log-normal distribution, its outputs the mean m and the log variance s of log y; y is positive.
     * <pre>
     *     loss      log y + log(2 pi)/2 + s/2 + (log y - m)^2 e^-s / 2
     *     gradient  that of gaussian() at log y
     * </pre>
     * Prices, incomes, durations. In PyTorch LogNormal(m, exp(s/2)); in XGBoost survival:aft with normal noise,
     * uncensored, where the gradient is clipped at 15.
     *
     * @return the distribution
     */
    public static Distribution logNormal() {
        return Kind.LOG_NORMAL.plain();
    }

    /**
     * The log-normal distribution of a known variance of log y, its output the mean m of log y; else as
     * {@link #logNormal()}.
     *
     * @param variance positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution logNormal(double variance) {
        return Kind.LOG_NORMAL_FIXED.with(variance);
    }

    /**
     * The Poisson distribution, its output the log mean m; y is finite and not negative.
     * <pre>
     *     loss      e^m - y m + lgamma(y + 1)
     *     gradient  e^m - y
     * </pre>
     * Counts; y need not be whole (a rate with exposure). The loss is a sum of positive terms: accurate to its own last
     * digits, and so is the gradient next to e^m = y. PyTorch's PoissonNLLLoss leaves lgamma(y + 1) out, or
     * approximates it (full=True); XGBoost's count:poisson and LightGBM's poisson use e^(m + 0.7) as Hessian, here it
     * is e^m.
     *
     * @return the distribution
     */
    public static Distribution poisson() {
        return Kind.POISSON.plain();
    }

    /**
     * The negative binomial distribution, its outputs the log mean m and the log shape a; y is finite and not negative,
     * mu = e^m, r = e^a, the variance mu + mu^2/r.
     * <pre>
     *     loss      lgamma(r) - lgamma(r + y) + lgamma(y + 1) + r log1p(mu/r) + y log1p(r/mu)
     *     gradient  (mu - y) r / (r + mu),  and by a
     * </pre>
     * Overdispersed counts; the {@link #poisson()} as a grows, smoothly to infinity. The shape r is total_count in
     * PyTorch and TFP (whose logits are m - a), size in R, theta in scvi-tools (log_nb_positive), 1/alpha in GluonTS.
     * The Fisher information of the shape has no closed form: {@link Curvature#FISHER} is refused.
     *
     * @return the distribution
     */
    public static Distribution negativeBinomial() {
        return Kind.NEGATIVE_BINOMIAL.plain();
    }

    /**
     * The negative binomial distribution of a known shape r, its output the log mean; else as
     * {@link #negativeBinomial()}, and with Fisher information.
     *
     * @param shape positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution negativeBinomial(double shape) {
        return Kind.NEGATIVE_BINOMIAL_FIXED.with(shape);
    }

    /**
     * The geometric distribution, y failures before the first success, its output the logit x of success; y is finite
     * and not negative.
     * <pre>
     *     loss      softplus(-x) + y softplus(x)
     *     gradient  y sigmoid(x) - sigmoid(-x)
     * </pre>
     * In PyTorch Geometric(logits=x). The negative binomial of shape 1 and log mean -x.
     *
     * @return the distribution
     */
    public static Distribution geometric() {
        return Kind.GEOMETRIC.plain();
    }

    /**
     * The binomial distribution of n trials, its output the logit x of success; y is in [0, n].
     * <pre>
     *     loss      y softplus(-x) + (n - y) softplus(x) - log(n choose y)
     *     gradient  (n - y) sigmoid(x) - y sigmoid(-x)
     * </pre>
     * Neither n nor y need be whole. In PyTorch Binomial(n, logits=x). For one trial see
     * {@link BinaryCrossEntropyLoss}.
     *
     * @param trials positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution binomial(double trials) {
        return Kind.BINOMIAL.with(trials);
    }

    /**
     * The gamma distribution, its outputs the log mean m and the log shape a; y is positive, mu = e^m, k = e^a, the
     * variance mu^2/k.
     * <pre>
     *     loss      log y + lgamma(k) - k log(k y/mu) + k y/mu
     *     gradient  k (1 - y/mu),  k (y/mu - 1 - log(y/mu) - log k + digamma(k))
     * </pre>
     * Claims, durations, rain. With PyTorch's concentration and rate: m = log concentration - log rate, a = log
     * concentration; NGBoost's Gamma has log shape and log rate. XGBoost's reg:gamma is {@code gamma(1)}.
     *
     * @return the distribution
     */
    public static Distribution gamma() {
        return Kind.GAMMA.plain();
    }

    /**
     * The gamma distribution of a known shape, its output the log mean; else as {@link #gamma()}.
     *
     * @param shape positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution gamma(double shape) {
        return Kind.GAMMA_FIXED.with(shape);
    }

    /**
     * The exponential distribution, its output the log mean m; y is finite and not negative.
     * <pre>
     *     loss      m + y e^-m
     *     gradient  1 - y e^-m
     * </pre>
     * The gamma and the Weibull distribution of shape 1, and open at 0. PyTorch's Exponential takes the rate e^-m.
     *
     * @return the distribution
     */
    public static Distribution exponential() {
        return Kind.EXPONENTIAL.plain();
    }

    /**
     * The Weibull distribution, its outputs the log scale l and the log shape a; y is positive, k = e^a, h = k (log y -
     * l).
     * <pre>
     *     loss      log y - a + e^h - h
     *     gradient  k (1 - e^h),  h (e^h - 1) - 1
     * </pre>
     * Reliability and survival: in XGBoost survival:aft with extreme noise, uncensored, where the scale of the noise is
     * 1/k. In PyTorch Weibull(scale, concentration).
     *
     * @return the distribution
     */
    public static Distribution weibull() {
        return Kind.WEIBULL.plain();
    }

    /**
     * The Weibull distribution of a known shape, its output the log scale; else as {@link #weibull()}. With shape 2 the
     * Rayleigh distribution.
     *
     * @param shape positive and finite
     * @return the distribution
     * @throws IllegalArgumentException if it is not
     */
    public static Distribution weibull(double shape) {
        return Kind.WEIBULL_FIXED.with(shape);
    }

    /**
     * The beta distribution, its outputs the logarithms of alpha and beta; 0 &lt; y &lt; 1.
     * <pre>
     *     loss      lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta) - (alpha - 1) log y - (beta - 1) log1p(-y)
     *     gradient  alpha (digamma(alpha) - digamma(alpha + beta) - log y),  likewise with beta and 1 - y
     * </pre>
     * Shares and rates. PyTorch's Beta takes alpha (concentration1) and beta (concentration0) themselves.
     *
     * @return the distribution
     */
    public static Distribution beta() {
        return Kind.BETA.plain();
    }

    /**
     * How many raw outputs a sample has.
     *
     * @return 1, 2 or 3: the length of the class axis
     */
    public int parameters() {
        return likelihood.parameters();
    }

    /**
     * What the raw outputs are, in the order of the class axis.
     *
     * @return such as "mean", "log variance"; it cannot be changed
     */
    public List<String> parameterNames() {
        return likelihood.parameterNames();
    }

    /** The arithmetic. */
    Likelihood likelihood() {
        return likelihood;
    }

    /**
     * Whether another object is the same family with the same option.
     *
     * @param other any object, or null
     * @return whether it is an equal distribution
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Distribution && ((Distribution) other).kind == kind
                && ((Distribution) other).option == option;
    }

    /**
     * A hash of what {@link #equals} compares.
     *
     * @return the hash
     */
    @Override
    public int hashCode() {
        return Objects.hash(kind.name(), option);
    }

    /**
     * The factory and its option.
     *
     * @return such as {@code "gaussian()"} or {@code "binomial(trials=10.0)"}
     */
    @Override
    public String toString() {
        return kind.describe(option);
    }

    /**
     * What is written in place of this distribution: its form.
     *
     * @return the form, which becomes a distribution again when it is read
     */
    private Object writeReplace() {
        return new Form(kind, option);
    }

    /**
     * Refuses a stream that holds the distribution itself.
     *
     * @param stream the stream; not read
     * @throws InvalidObjectException always
     */
    private void readObject(ObjectInputStream stream) throws InvalidObjectException {
        throw new InvalidObjectException("a distribution is read from its form");
    }
}
