package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The Laplace distribution with location m and log scale b: z = (y - m) e^-b,
 * <pre>
 *     loss      log 2 + b + |z|
 *     gradient  -sign(z) e^-b (0 at y = m);  1 - |z|
 *     Hessian   0;                           |z|
 *     Fisher    e^-2b;                       1
 * </pre>
 */
final class Laplace extends Likelihood {

    private static final int DEVIATION = 0;
    private static final int INVERSE_SCALE = 1;
    private static final int SIZE = 2;

    static final double LN2 = 0x1.62e42fefa39efp-1;
    static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

    Laplace() {
        super(List.of("location", "log scale"), "(-Infinity, Infinity)");
    }

    @Override
    public boolean accepts(double target) {
        return Math.abs(target) <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        Scaled deviation = s.prepared[DEVIATION].set(s.target).subtract(s.parameter(0));
        Scaled inverse = Elementary.exp(s.prepared[INVERSE_SCALE].set(s.parameter(1)).negate());
        s.prepared[SIZE].set(deviation).multiply(inverse).absolute();
    }

    @Override
    void evaluateLoss(Sample s) {
        s.loss.set(s.parameter(1)).add(s.prepared[SIZE]).add(LN2).add(LN2_LOW);
    }

    @Override
    void evaluateGradient(Sample s) {
        Scaled deviation = s.prepared[DEVIATION];
        Scaled location = s.gradient(0).set(s.prepared[INVERSE_SCALE]);
        if (deviation.isZero()) {
            location.set(0, 0);
        } else if (deviation.isPositive()) {
            location.negate();
        }
        s.gradient(1).set(s.prepared[SIZE]).negate().add(1);
    }

    @Override
    void evaluateHessian(Sample s) {
        s.curvature(0).set(0, 0);
        s.curvature(1).set(s.prepared[SIZE]);
    }

    @Override
    void evaluateFisher(Sample s) {
        s.curvature(0).set(s.prepared[INVERSE_SCALE]).square();
        s.curvature(1).set(1);
    }
}
