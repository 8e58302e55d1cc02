package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The logistic distribution with location m and log scale b: z = (y - m) e^-b, t = tanh(|z|/2), v = s(z) s(-z),
 * <pre>
 *     loss      b + |z| + 2 log1p(e^-|z|)
 *     gradient  -sign(z) e^-b t;  1 - |z| t
 *     Hessian   2 e^-2b v;        |z| t + 2 z^2 v
 *     Fisher    e^-2b / 3;        1/3 + pi^2/9
 * </pre>
 */
final class Logistic extends Likelihood {

    private static final int DEVIATION = 0;
    private static final int INVERSE_SCALE = 1;
    private static final int SIZE = 2;
    /** e^-|z|. */
    private static final int DECAY = 3;
    private static final int TANH = 4;

    private static final double FISHER_SCALE = 0x1.6e11996e20537p+0; // 1/3 + pi^2/9 = 1.42...
    private static final double FISHER_SCALE_LOW = 0x1.b2d1483060aafp-54;

    Logistic() {
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
        Scaled size = s.prepared[SIZE].set(deviation).multiply(inverse).absolute();
        Elementary.exp(s.prepared[DECAY].set(size).negate());
        // tanh(z/2) = (1 - e^-z) / (1 + e^-z)
        s.a.set(s.prepared[DECAY]).add(1);
        Elementary.expm1(s.prepared[TANH].set(size).negate()).negate().divide(s.a);
    }

    @Override
    void evaluateLoss(Sample s) {
        s.loss.set(s.parameter(1)).add(s.prepared[SIZE]);
        s.loss.add(Elementary.log1p(s.a.set(s.prepared[DECAY])).twice());
    }

    @Override
    void evaluateGradient(Sample s) {
        Scaled location = s.gradient(0).set(s.prepared[INVERSE_SCALE]).multiply(s.prepared[TANH]);
        if (s.prepared[DEVIATION].isPositive()) {
            location.negate();
        }
        s.gradient(1).set(s.prepared[SIZE]).multiply(s.prepared[TANH]).negate().add(1);
    }

    @Override
    void evaluateHessian(Sample s) {
        // 2 v = 2 e^-|z| / (1 + e^-|z|)^2
        s.b.set(s.prepared[DECAY]).add(1).square();
        s.a.set(s.prepared[DECAY]).divide(s.b).twice();
        s.curvature(0).set(s.prepared[INVERSE_SCALE]).square().multiply(s.a);
        s.curvature(1).set(s.prepared[SIZE]).square().multiply(s.a);
        s.curvature(1).add(s.a.set(s.prepared[SIZE]).multiply(s.prepared[TANH]));
    }

    @Override
    void evaluateFisher(Sample s) {
        s.curvature(0).set(s.prepared[INVERSE_SCALE]).square().divide(3);
        s.curvature(1).set(FISHER_SCALE, FISHER_SCALE_LOW);
    }
}
