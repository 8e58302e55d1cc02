package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The negative log-likelihood of one target under a distribution whose parameters are a model's raw outputs, and its
 * derivatives by these outputs. All constants are included: {@code exp(-loss)} is the density or probability.
 *
 * <p>Immutable and stateless; what changes lives in a {@link Sample}, one a thread. Nothing is allocated.
 *
 * <p>Finite outputs and an accepted target never give NaN, and give an infinity only where the exact value is beyond
 * any factor that could bring it back; what merely leaves the range of double comes out with an exponent, see
 * {@link Scaled}. An infinite output stands for the limit; a NaN, or more than one infinity, makes all results of the
 * sample NaN.
 */
public abstract class Likelihood {

    private final List<String> parameterNames;
    private final String support;

    /** With the names of the raw outputs, in order, and the targets' interval as messages show it. */
    Likelihood(List<String> parameterNames, String support) {
        this.parameterNames = List.copyOf(parameterNames);
        this.support = support;
    }

    /**
     * How many raw outputs a sample has.
     *
     * @return 1, 2 or 3
     */
    public final int parameters() {
        return parameterNames.size();
    }

    /**
     * What the raw outputs are, in order.
     *
     * @return such as "mean", "log variance"
     */
    public final List<String> parameterNames() {
        return parameterNames;
    }

    /**
     * The interval of the targets, for messages.
     *
     * @return such as {@code "[0, Infinity)"}
     */
    public final String support() {
        return support;
    }

    /**
     * Whether a target is in the support; NaN and infinities never are.
     *
     * @param target any number
     * @return whether a sample may have it
     */
    public abstract boolean accepts(double target);

    /**
     * Whether the Fisher information has a closed form.
     *
     * @return whether {@link #fisher(Sample)} may be called
     */
    public boolean hasFisher() {
        return true;
    }

    /**
     * Computes the loss alone.
     *
     * @param sample whose outputs and target are read, whose loss is written
     */
    public final void loss(Sample sample) {
        if (sample.load()) {
            prepare(sample);
            evaluateLoss(sample);
            sample.loss.settle();
        } else {
            sample.loss.undefine();
        }
    }

    /**
     * Computes the loss and its gradient.
     *
     * @param sample whose outputs and target are read, whose loss and gradient are written
     */
    public final void gradient(Sample sample) {
        if (sample.load()) {
            prepare(sample);
            evaluateLoss(sample);
            sample.loss.settle();
            evaluateGradient(sample);
            settleGradient(sample);
        } else {
            sample.loss.undefine();
            undefineGradient(sample);
        }
    }

    /**
     * Computes the gradient and the diagonal of the Hessian.
     *
     * @param sample whose outputs and target are read, whose gradient and curvature are written
     */
    public final void hessian(Sample sample) {
        if (sample.load()) {
            prepare(sample);
            evaluateGradient(sample);
            evaluateHessian(sample);
            settleGradient(sample);
            settleCurvature(sample);
        } else {
            undefineGradient(sample);
            undefineCurvature(sample);
        }
    }

    /**
     * Computes the gradient and the diagonal of the Fisher information: the variance of the gradient over targets drawn
     * from the distribution.
     *
     * @param sample whose outputs and target are read, whose gradient and curvature are written
     */
    public final void fisher(Sample sample) {
        if (sample.load()) {
            prepare(sample);
            evaluateGradient(sample);
            settleGradient(sample);
            evaluateFisher(sample);
            settleCurvature(sample);
        } else {
            undefineGradient(sample);
            undefineCurvature(sample);
        }
    }

    private void settleGradient(Sample sample) {
        for (int i = 0; i < parameters(); i++) {
            sample.gradient(i).settle();
        }
    }

    private void settleCurvature(Sample sample) {
        for (int i = 0; i < parameters(); i++) {
            sample.curvature(i).settle();
        }
    }

    private void undefineGradient(Sample sample) {
        for (int i = 0; i < parameters(); i++) {
            sample.gradient(i).undefine();
        }
    }

    private void undefineCurvature(Sample sample) {
        for (int i = 0; i < parameters(); i++) {
            sample.curvature(i).undefine();
        }
    }

    /** Computes what all results share, into {@link Sample#prepared}, which the other methods only read. */
    abstract void prepare(Sample sample);

    abstract void evaluateLoss(Sample sample);

    abstract void evaluateGradient(Sample sample);

    /** After the gradient, which is not settled yet and may be read. */
    abstract void evaluateHessian(Sample sample);

    abstract void evaluateFisher(Sample sample);
}
