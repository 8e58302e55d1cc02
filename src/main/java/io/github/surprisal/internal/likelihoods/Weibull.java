package io.github.surprisal.internal.likelihoods;

/**
 * The Weibull distribution with log scale l and log shape a, or fixed shape: k = e^a, h = k (log y - l),
 * <pre>
 *     loss      log y - a + e^h - h
 *     gradient  -k (e^h - 1);  -1 + h (e^h - 1)
 *     Hessian   k^2 e^h;       h (e^h - 1) + h^2 e^h
 *     Fisher    k^2;           (1 - gamma)^2 + pi^2/6
 * </pre>
 */
final class Weibull extends Likelihood {

    private static final int H = 0;
    private static final int SHAPE = 1;
    /** e^h - 1. */
    private static final int CHANGE = 2;

    private static final double FISHER_SHAPE = 0x1.d2dcbc5cb5f60p+0; // (1 - gamma)^2 + pi^2/6 = 1.82...
    private static final double FISHER_SHAPE_LOW = -0x1.f4d62aba185eap-54;

    private final Positive shape;

    private Weibull(Positive shape) {
        super(shape.namesAfter("log scale"), "(0, Infinity)");
        this.shape = shape;
    }

    static Weibull learnt() {
        return new Weibull(Positive.learnt(1, "log shape"));
    }

    static Weibull fixed(double shape) {
        return new Weibull(Positive.fixed(shape));
    }

    @Override
    public boolean accepts(double target) {
        return target > 0 && target <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        shape.value(s, s.prepared[SHAPE]);
        Scaled h = s.prepared[H].set(s.parameter(0));
        Elementary.subtractLog(h, s.target).negate().multiply(s.prepared[SHAPE]);
        Elementary.expm1(s.prepared[CHANGE].set(h));
    }

    @Override
    void evaluateLoss(Sample s) {
        // log y - a + 1 + (e^h - 1 - h)
        Elementary.expm1MinusArgument(s.loss.set(s.prepared[H]));
        s.loss.add(1).subtract(shape.log(s, s.a)).negate();
        Elementary.subtractLog(s.loss, s.target).negate();
    }

    @Override
    void evaluateGradient(Sample s) {
        s.gradient(0).set(s.prepared[CHANGE]).multiply(s.prepared[SHAPE]).negate();
        if (shape.isLearnt()) {
            s.gradient(1).set(s.prepared[CHANGE]).multiply(s.prepared[H]).add(-1);
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        Elementary.exp(s.a.set(s.prepared[H]));
        s.curvature(0).set(s.prepared[SHAPE]).square().multiply(s.a);
        if (shape.isLearnt()) {
            s.curvature(1).set(s.prepared[H]).multiply(s.a).add(s.prepared[CHANGE]).multiply(s.prepared[H]);
        }
    }

    @Override
    void evaluateFisher(Sample s) {
        s.curvature(0).set(s.prepared[SHAPE]).square();
        if (shape.isLearnt()) {
            s.curvature(1).set(FISHER_SHAPE, FISHER_SHAPE_LOW);
        }
    }
}
