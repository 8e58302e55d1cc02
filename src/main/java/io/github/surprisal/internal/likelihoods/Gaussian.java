package io.github.surprisal.internal.likelihoods;

/**
 * The normal distribution with mean m and log variance s, or fixed variance: d = y - m,
 * <pre>
 *     loss      log(2 pi)/2 + s/2 + d^2 e^-s / 2
 *     gradient  -d e^-s;  1/2 - d^2 e^-s / 2
 *     Hessian   e^-s;     d^2 e^-s / 2
 *     Fisher    e^-s;     1/2
 * </pre>
 */
class Gaussian extends Likelihood {

    private static final int DEVIATION = 0;
    private static final int PRECISION = 1;
    private static final int HALF_SQUARE = 2;

    private final Positive variance;

    private Gaussian(Positive variance) {
        this(variance, "mean", "(-Infinity, Infinity)");
    }

    Gaussian(Positive variance, String mean, String support) {
        super(variance.namesAfter(mean), support);
        this.variance = variance;
    }

    static Gaussian learnt() {
        return new Gaussian(Positive.learnt(1, "log variance"));
    }

    static Gaussian fixed(double variance) {
        return new Gaussian(Positive.fixed(variance));
    }

    @Override
    public boolean accepts(double target) {
        return Math.abs(target) <= Double.MAX_VALUE;
    }

    /** Sets a register to y - m. */
    void deviation(Sample s, Scaled deviation) {
        deviation.set(s.target).subtract(s.parameter(0));
    }

    @Override
    final void prepare(Sample s) {
        Scaled deviation = s.prepared[DEVIATION];
        Scaled precision = s.prepared[PRECISION];
        deviation(s, deviation);
        variance.inverse(s, precision);
        s.prepared[HALF_SQUARE].set(deviation).square().multiply(precision).half();
    }

    @Override
    void evaluateLoss(Sample s) {
        variance.log(s, s.loss).half();
        GammaFunctions.addHalfLog2Pi(s.loss.add(s.prepared[HALF_SQUARE]));
    }

    @Override
    final void evaluateGradient(Sample s) {
        s.gradient(0).set(s.prepared[DEVIATION]).multiply(s.prepared[PRECISION]).negate();
        if (variance.isLearnt()) {
            s.gradient(1).set(s.prepared[HALF_SQUARE]).negate().add(0.5);
        }
    }

    @Override
    final void evaluateHessian(Sample s) {
        s.curvature(0).set(s.prepared[PRECISION]);
        if (variance.isLearnt()) {
            s.curvature(1).set(s.prepared[HALF_SQUARE]);
        }
    }

    @Override
    final void evaluateFisher(Sample s) {
        s.curvature(0).set(s.prepared[PRECISION]);
        if (variance.isLearnt()) {
            s.curvature(1).set(0.5);
        }
    }
}
