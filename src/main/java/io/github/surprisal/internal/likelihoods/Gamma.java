package io.github.surprisal.internal.likelihoods;

/**
 * The gamma distribution with log mean m and log shape, or fixed shape k: delta = log y - m,
 * <pre>
 *     loss      log y + lgamma(k) - k log k + k + k (e^delta - 1 - delta)
 *     gradient  -k (e^delta - 1);  k (e^delta - 1 - delta) - k eta(k)
 *     Hessian   k e^delta;         k (e^delta - 1 - delta) - k eta(k) + k^2 zeta(k)
 *     Fisher    k;                 k^2 zeta(k)
 * </pre>
 */
final class Gamma extends Likelihood {

    private static final int DELTA = 0;
    private static final int SHAPE = 1;

    private final Positive shape;

    private Gamma(Positive shape) {
        super(shape.namesAfter("log mean"), "(0, Infinity)");
        this.shape = shape;
    }

    static Gamma learnt() {
        return new Gamma(Positive.learnt(1, "log shape"));
    }

    static Gamma fixed(double shape) {
        return new Gamma(Positive.fixed(shape));
    }

    @Override
    public boolean accepts(double target) {
        return target > 0 && target <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        Elementary.subtractLog(s.prepared[DELTA].set(s.parameter(0)), s.target).negate();
        shape.value(s, s.prepared[SHAPE]);
    }

    @Override
    void evaluateLoss(Sample s) {
        // lgamma(k) - k log k + k = S(k) - log(k)/2 + log(2 pi)/2
        shape.log(s, s.a);
        s.gamma.stirling(s.prepared[SHAPE], s.a, s.loss);
        GammaFunctions.addHalfLog2Pi(s.loss.subtract(s.a.half()));
        s.loss.add(deviance(s, s.a)).negate();
        Elementary.subtractLog(s.loss, s.target).negate();
    }

    /** k (e^delta - 1 - delta). */
    private static Scaled deviance(Sample s, Scaled result) {
        return Elementary.expm1MinusArgument(result.set(s.prepared[DELTA])).multiply(s.prepared[SHAPE]);
    }

    @Override
    void evaluateGradient(Sample s) {
        Elementary.expm1(s.gradient(0).set(s.prepared[DELTA])).multiply(s.prepared[SHAPE]).negate();
        if (shape.isLearnt()) {
            s.gamma.eta(s.prepared[SHAPE], s.a);
            deviance(s, s.gradient(1)).subtract(s.a.multiply(s.prepared[SHAPE]));
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        Elementary.exp(s.curvature(0).set(s.prepared[DELTA])).multiply(s.prepared[SHAPE]);
        if (shape.isLearnt()) {
            shapeInformation(s, s.curvature(1));
            s.curvature(1).add(s.gradient(1));
        }
    }

    /** k^2 zeta(k). */
    private static void shapeInformation(Sample s, Scaled result) {
        s.gamma.zeta(s.prepared[SHAPE], result);
        result.multiply(s.prepared[SHAPE]).multiply(s.prepared[SHAPE]);
    }

    @Override
    void evaluateFisher(Sample s) {
        s.curvature(0).set(s.prepared[SHAPE]);
        if (shape.isLearnt()) {
            shapeInformation(s, s.curvature(1));
        }
    }
}
