package io.github.surprisal.internal.likelihoods;

/**
 * The negative binomial distribution with log mean m and log shape a, or fixed shape: mu = e^m, r = e^a, variance
 * mu + mu^2/r; rho = mu/r, v = (y - mu)/(r + mu), L(v) = v - log1p(v), D the {@link Divergence} of y and r:
 * <pre>
 *     loss      r log1p(rho) at y = 0,
 *               else D + G1(y) + S(r) - S(r + y) + log1p(y/r)/2
 *     gradient  (mu - y)/(1 + rho);  r L(v) - r (eta(r) - eta(r + y))
 *     Hessian   mu (1 + y/r)/(1 + rho)^2;
 *               r L(v) - (r v)^2/(r + y) - r (eta(r) - eta(r + y)) + r^2 (zeta(r) - zeta(r + y))
 *     Fisher    mu/(1 + rho); no closed form for the shape
 * </pre>
 */
final class NegativeBinomial extends Likelihood {

    private static final int SHAPE = 0;
    /** m - log r, the logarithm of rho. */
    private static final int LOG_RATIO = 1;
    /** e^-|m - log r|. */
    private static final int DECAY = 2;
    /** m - log y. */
    private static final int DELTA = 3;
    private static final int MEAN = 4;
    private static final int TARGET = 5;

    private final Positive shape;

    private NegativeBinomial(Positive shape) {
        super(shape.namesAfter("log mean"), "[0, Infinity)");
        this.shape = shape;
    }

    static NegativeBinomial learnt() {
        return new NegativeBinomial(Positive.learnt(1, "log shape"));
    }

    static NegativeBinomial fixed(double shape) {
        return new NegativeBinomial(Positive.fixed(shape));
    }

    @Override
    public boolean accepts(double target) {
        return target >= 0 && target <= Double.MAX_VALUE;
    }

    @Override
    public boolean hasFisher() {
        return !shape.isLearnt();
    }

    @Override
    void prepare(Sample s) {
        shape.value(s, s.prepared[SHAPE]);
        Scaled logRatio = s.prepared[LOG_RATIO].set(s.parameter(0)).subtract(shape.log(s, s.a));
        Elementary.exp(s.prepared[DECAY].set(logRatio).absolute().negate());
        Elementary.exp(s.prepared[MEAN].set(s.parameter(0)));
        s.prepared[TARGET].set(s.target);
        if (s.target > 0) {
            Elementary.subtractLog(s.prepared[DELTA].set(s.parameter(0)), s.target);
        }
    }

    @Override
    void evaluateLoss(Sample s) {
        Scaled shapeValue = s.prepared[SHAPE];
        if (s.target == 0) {
            emptyLoss(s);
            return;
        }
        // log odds = log r - log y
        Elementary.subtractLog(shape.log(s, s.a), s.target);
        s.b.set(s.prepared[LOG_RATIO]).negate();
        s.divergence.set(s.prepared[TARGET], shapeValue, s.a, s.b, s.prepared[DELTA]);
        s.divergence.deviance(s.loss);
        s.gamma.logFactorialExcess(s.prepared[TARGET], s.a);
        s.loss.add(s.a);
        s.gamma.etaIntegral(shapeValue, shape.log(s, s.register), s.prepared[TARGET], s.a);
        s.loss.add(s.a);
    }

    /** r log1p(rho), which is mu (1 - rho/2) for small rho, whatever r is. */
    private static void emptyLoss(Sample s) {
        if (s.prepared[LOG_RATIO].isNegative() && s.prepared[DECAY].isSmallerThan(0x1p-60)) {
            s.loss.set(s.prepared[DECAY]).half().negate().add(1).multiply(s.prepared[MEAN]);
        } else {
            Elementary.softplus(s.loss.set(s.prepared[LOG_RATIO]), s.register).multiply(s.prepared[SHAPE]);
        }
    }

    /** mu / (1 + rho) = r / (1 + 1/rho). */
    private static void shrunkMean(Sample s, Scaled result) {
        result.set(s.prepared[LOG_RATIO].isPositive() ? s.prepared[SHAPE] : s.prepared[MEAN]);
        result.divide(s.register.set(s.prepared[DECAY]).add(1));
    }

    /** (mu - y) / (1 + rho), the gradient by the log mean. */
    private static void meanGradient(Sample s, Scaled result) {
        Scaled delta = s.prepared[DELTA];
        Scaled denominator = s.register.set(s.prepared[DECAY]).add(1);
        if (s.target == 0) {
            shrunkMean(s, result);
        } else if (s.prepared[LOG_RATIO].isPositive() && delta.isPositive()) {
            // r (1 - e^-delta) / (1 + 1/rho)
            Elementary.expm1(result.set(delta).negate()).negate().multiply(s.prepared[SHAPE]).divide(denominator);
        } else {
            // y (e^delta - 1) / (1 + rho)
            Elementary.expm1(result.set(delta)).multiply(s.target).divide(denominator);
            if (s.prepared[LOG_RATIO].isPositive()) {
                result.multiply(s.prepared[DECAY]);
            }
        }
    }

    @Override
    void evaluateGradient(Sample s) {
        meanGradient(s, s.gradient(0));
        if (!shape.isLearnt()) {
            return;
        }
        Scaled result = s.gradient(1);
        scaledL(s, result);
        if (s.target > 0) {
            s.gamma.etaDifference(s.prepared[SHAPE], s.prepared[TARGET], s.a);
            result.subtract(s.a.multiply(s.prepared[SHAPE]));
        }
    }

    /** r L(v) = r v L(v)/v, where r v is the gradient by the log mean, negated. */
    private static void scaledL(Sample s, Scaled result) {
        result.set(s.gradient(0)).negate();
        if (result.isZero()) {
            return;
        }
        Scaled v = s.a.set(result).divide(s.prepared[SHAPE]);
        if (v.isSmallerThan(0.5)) {
            result.divide(v);
            result.multiply(Elementary.argumentMinusLog1p(v));
        } else {
            // log1p(v) = log((r + y) / (r + mu)) = log1p(y/r) - log1p(rho)
            Elementary.log1p(s.b.set(s.prepared[TARGET]).divide(s.prepared[SHAPE]));
            s.b.subtract(Elementary.softplus(s.c.set(s.prepared[LOG_RATIO]), s.register));
            result.subtract(s.b.multiply(s.prepared[SHAPE]));
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        // (mu + y rho)/(1 + rho)^2, or (r^2/mu + y/rho)/(1 + 1/rho)^2
        Scaled mean = s.curvature(0);
        if (s.prepared[LOG_RATIO].isPositive()) {
            shape.log(s, s.a);
            Elementary.exp(mean.set(s.a).subtract(s.prepared[LOG_RATIO]));
        } else {
            mean.set(s.prepared[MEAN]);
        }
        mean.add(s.a.set(s.prepared[TARGET]).multiply(s.prepared[DECAY]));
        mean.divide(s.a.set(s.prepared[DECAY]).add(1).square());
        if (!shape.isLearnt()) {
            return;
        }
        Scaled result = s.curvature(1).set(s.gradient(1));
        s.a.set(s.gradient(0)).square();
        result.subtract(s.a.divide(s.b.set(s.prepared[SHAPE]).add(s.target)));
        if (s.target > 0) {
            s.gamma.zetaDifference(s.prepared[SHAPE], s.prepared[TARGET], s.a);
            result.add(s.a.multiply(s.prepared[SHAPE]).multiply(s.prepared[SHAPE]));
        }
    }

    @Override
    void evaluateFisher(Sample s) {
        shrunkMean(s, s.curvature(0));
    }
}
