package io.github.surprisal.internal.likelihoods;

/** The likelihoods that the public types choose from. */
public final class Likelihoods {

    private Likelihoods() {
    }

    /** Mean and log variance. */
    public static Likelihood gaussian() {
        return Gaussian.learnt();
    }

    /** Mean; the variance is fixed. */
    public static Likelihood gaussian(double variance) {
        return Gaussian.fixed(variance);
    }

    /** Location and log scale. */
    public static Likelihood laplace() {
        return new Laplace();
    }

    /** Location and log scale. */
    public static Likelihood logistic() {
        return new Logistic();
    }

    /** Location, log scale and log degrees of freedom. */
    public static Likelihood studentT() {
        return StudentT.learnt();
    }

    /** Location and log scale; the degrees of freedom are fixed. */
    public static Likelihood studentT(double degreesOfFreedom) {
        return StudentT.fixed(degreesOfFreedom);
    }

    /** Mean and log variance of the logarithm. */
    public static Likelihood logNormal() {
        return LogNormal.learnt();
    }

    /** Mean of the logarithm; its variance is fixed. */
    public static Likelihood logNormal(double variance) {
        return LogNormal.fixed(variance);
    }

    /** Log mean. */
    public static Likelihood poisson() {
        return new Poisson();
    }

    /** Log mean and log shape. */
    public static Likelihood negativeBinomial() {
        return NegativeBinomial.learnt();
    }

    /** Log mean; the shape is fixed. */
    public static Likelihood negativeBinomial(double shape) {
        return NegativeBinomial.fixed(shape);
    }

    /** Logit of success. */
    public static Likelihood geometric() {
        return new Geometric();
    }

    /** Logit of success; the number of trials is fixed. */
    public static Likelihood binomial(double trials) {
        return new Binomial(trials);
    }

    /** Log mean and log shape. */
    public static Likelihood gamma() {
        return Gamma.learnt();
    }

    /** Log mean; the shape is fixed. */
    public static Likelihood gamma(double shape) {
        return Gamma.fixed(shape);
    }

    /** Log mean. */
    public static Likelihood exponential() {
        return new Exponential();
    }

    /** Log scale and log shape. */
    public static Likelihood weibull() {
        return Weibull.learnt();
    }

    /** Log scale; the shape is fixed. */
    public static Likelihood weibull(double shape) {
        return Weibull.fixed(shape);
    }

    /** Log alpha and log beta. */
    public static Likelihood beta() {
        return new Beta();
    }

    /** Logit; the positive term is multiplied by a weight. */
    public static Likelihood bernoulli(double positiveWeight) {
        return new Bernoulli(positiveWeight, 0);
    }

    /** The same with smoothed labels. */
    public static Likelihood bernoulli(double positiveWeight, double labelSmoothing) {
        return new Bernoulli(positiveWeight, labelSmoothing);
    }
}
