package io.github.surprisal.internal.likelihoods;

/**
 * Student's t distribution with location m, log scale b and log degrees of freedom, or fixed degrees nu:
 * z = (y - m) e^-b, w = z^2 / nu, u = w / (1 + w), h = nu / 2, L(v) = v - log1p(v),
 * <pre>
 *     loss      log(2 pi)/2 + b + (nu + 1)/2 log1p(w) + c,
 *               c = lgamma(h) - lgamma(h + 1/2) + log(h)/2
 *                 = integral of eta over [h, h + 1/2] - log1p(t)/2 + h L(t), t = 1/nu
 *     gradient  -(nu + 1) z e^-b / (nu + z^2);  (1 - z^2) / (1 + w);
 *               h L(1/(2h)) - h (eta(h) - eta(h + 1/2)) + h L(-u) - u/2
 *     Hessian   (nu + 1) e^-2b (nu - z^2) / (nu + z^2)^2;  2 (nu + 1) u / (1 + w);
 *               -h (log1p(t) - t/(1 + t)) - h (eta(h) - eta(h + 1/2)) + h^2 (zeta(h) - zeta(h + 1/2))
 *               + h L(-u) - h u^2 + u (1 - u)/2, t = 1/nu
 *     Fisher    e^-2b (nu + 1)/(nu + 3);  2 nu/(nu + 3);
 *               nu^2 {[trigamma(h) - trigamma(h + 1/2)]/4 - (nu + 5)/(2 nu (nu + 1)(nu + 3))}
 * </pre>
 */
final class StudentT extends Likelihood {

    private static final int DEVIATION = 0;
    private static final int NU = 1;
    private static final int INVERSE_SCALE = 2;
    /** z^2. */
    private static final int SQUARE = 3;
    private static final int W = 4;
    /** The logarithm of w, where w is not 0. */
    private static final int LOG_W = 5;
    /** 1 / (1 + w) = 1 - u, and w / (1 + w) = u. */
    private static final int REST = 6;
    private static final int SHARE = 7;

    /**
     * The Fisher information of many degrees of freedom cancels to second order in 1/nu. Coefficients of nu^-2, nu^-3,
     * ...: Bernoulli's series of the trigamma functions, expanded in exact fractions; truncated at 2^-86 from 128
     * degrees on.
     */
    private static final double[] FISHER_SERIES = {3.5, -13, 39.5, -119, 363.5, -1101, 3279.5, -9763, 29523.5, -89609,
        265719.5, -778047, 2391483.5, -7639237, 21523359.5, -50159771, 193710243.5};
    private static final double MANY = 128;

    private final Positive degreesOfFreedom;

    private StudentT(Positive degreesOfFreedom) {
        super(degreesOfFreedom.namesAfter("location", "log scale"), "(-Infinity, Infinity)");
        this.degreesOfFreedom = degreesOfFreedom;
    }

    static StudentT learnt() {
        return new StudentT(Positive.learnt(2, "log degrees of freedom"));
    }

    static StudentT fixed(double degreesOfFreedom) {
        return new StudentT(Positive.fixed(degreesOfFreedom));
    }

    @Override
    public boolean accepts(double target) {
        return Math.abs(target) <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        Scaled deviation = s.prepared[DEVIATION].set(s.target).subtract(s.parameter(0));
        degreesOfFreedom.value(s, s.prepared[NU]);
        Elementary.exp(s.prepared[INVERSE_SCALE].set(s.parameter(1)).negate());
        s.prepared[SQUARE].set(deviation).square();
        // The exponents are added before the exponential: where both are out of range their sum may not be.
        degreesOfFreedom.log(s, s.a).add(s.b.set(s.parameter(1)).twice()).negate();
        s.prepared[W].set(s.prepared[SQUARE]);
        Scaled logW = s.prepared[LOG_W].set(s.a);
        if (Double.isInfinite(s.outputs[0])) {
            // The logarithm of what stands for infinity would be ordinary.
            logW.setBeyond(Double.POSITIVE_INFINITY);
        } else if (!deviation.isZero()) {
            Elementary.log(s.b.set(deviation).absolute());
            logW.add(s.b.twice());
        }
        s.prepared[W].multiply(Elementary.exp(s.a));
        s.prepared[SQUARE].multiply(Elementary.exp(s.a.set(s.parameter(1)).negate().twice()));
        Scaled rest = s.prepared[REST].set(s.prepared[W]).add(1).invert();
        Scaled share = s.prepared[SHARE];
        if (s.prepared[W].isAbove(1)) {
            share.set(s.prepared[W]).invert().add(1).invert();
        } else {
            share.set(s.prepared[W]).multiply(rest);
        }
    }

    /** log1p(w), also where w is out of range. */
    private static Scaled log1pW(Sample s, Scaled register) {
        Scaled w = s.prepared[W];
        return w.isAbove(0x1p200) ? register.set(s.prepared[LOG_W]) : Elementary.log1p(register.set(w));
    }

    @Override
    void evaluateLoss(Sample s) {
        Scaled w = s.prepared[W];
        // (nu log1p(w) + log1p(w)) / 2; nu log1p(w) = z^2 (1 - w/2) for small w, whatever nu is
        if (w.isSmallerThan(0x1p-60)) {
            s.a.set(w).half().negate().add(1).multiply(s.prepared[SQUARE]);
        } else {
            log1pW(s, s.a).multiply(s.prepared[NU]);
        }
        s.a.add(log1pW(s, s.b)).half();
        normaliser(s, s.loss);
        GammaFunctions.addHalfLog2Pi(s.loss);
        s.loss.add(s.a).add(s.parameter(1));
    }

    /** lgamma(h) - lgamma(h + 1/2) + log(h)/2, in register a of its own: b and c are used. */
    private void normaliser(Sample s, Scaled result) {
        Scaled h = s.c.set(s.prepared[NU]).half();
        degreesOfFreedom.log(s, s.register).add(-Laplace.LN2).add(-Laplace.LN2_LOW);
        s.gamma.etaIntegral(h, s.register, s.b.set(0.5), result);
        inverseNu(s, s.b);
        // log1p(v) = -log nu for tiny nu, out of range too
        if (s.b.isAbove(0x1p200)) {
            degreesOfFreedom.log(s, s.register).negate();
        } else {
            Elementary.log1p(s.register.set(s.b));
        }
        result.subtract(s.register.half());
        result.add(scaledL(s, s.b));
    }

    /** h L(1/(2h)). */
    private Scaled scaledL(Sample s, Scaled result) {
        inverseNu(s, result);
        Elementary.argumentMinusLog1p(result);
        return result.multiply(s.prepared[NU]).half();
    }

    /** t = 1/nu = 1/(2h). */
    private Scaled inverseNu(Sample s, Scaled register) {
        return degreesOfFreedom.inverse(s, register);
    }

    @Override
    void evaluateGradient(Sample s) {
        Scaled w = s.prepared[W];
        Scaled deviation = s.prepared[DEVIATION];
        Scaled location = s.gradient(0);
        if (w.isAbove(1)) {
            // (nu + 1) / (d (1 + 1/w))
            location.set(s.prepared[NU]).add(1).multiply(s.prepared[SHARE]).divide(deviation).negate();
        } else {
            // d (1 + 1/nu) e^-2b / (1 + w)
            precision(s, s.a);
            location.set(s.a).multiply(deviation).multiply(s.prepared[REST]).negate();
        }
        shrunkSquare(s, s.a);
        s.gradient(1).set(s.prepared[REST]).subtract(s.a);
        if (degreesOfFreedom.isLearnt()) {
            Scaled degrees = scaledL(s, s.gradient(2));
            degrees.subtract(etaTerm(s, s.a)).add(excess(s, s.a));
            degrees.subtract(s.a.set(s.prepared[SHARE]).half());
        }
    }

    /** z^2 / (1 + w) = nu u. */
    private static void shrunkSquare(Sample s, Scaled result) {
        if (s.prepared[W].isAbove(1)) {
            result.set(s.prepared[NU]).multiply(s.prepared[SHARE]);
        } else {
            result.set(s.prepared[SQUARE]).multiply(s.prepared[REST]);
        }
    }

    /** (1 + 1/nu) e^-2b, each product with exponents added first. */
    private void precision(Sample s, Scaled result) {
        degreesOfFreedom.log(s, result).add(s.b.set(s.parameter(1)).twice()).negate();
        Elementary.exp(result).add(s.b.set(s.prepared[INVERSE_SCALE]).square());
    }

    /** h (eta(h) - eta(h + 1/2)). */
    private static Scaled etaTerm(Sample s, Scaled result) {
        Scaled h = s.c.set(s.prepared[NU]).half();
        s.gamma.etaDifference(h, s.b.set(0.5), result);
        return result.multiply(h);
    }

    /** h (log1p(w) - u) = h L(-u). */
    private static Scaled excess(Sample s, Scaled result) {
        if (s.prepared[W].isSmallerThan(1)) {
            Elementary.argumentMinusLog1p(result.set(s.prepared[SHARE]).negate());
        } else {
            log1pW(s, result).subtract(s.prepared[SHARE]);
        }
        return result.multiply(s.prepared[NU]).half();
    }

    @Override
    void evaluateHessian(Sample s) {
        Scaled share = s.prepared[SHARE];
        Scaled rest = s.prepared[REST];
        // (1 + 1/nu) e^-2b (1 - w) / (1 + w)^2; for large w (nu + 1) u (1/w - 1) / (d^2 (1 + 1/w))
        if (s.prepared[W].isAbove(1)) {
            s.a.set(s.prepared[NU]).add(1).multiply(share).divide(s.prepared[DEVIATION]).divide(s.prepared[DEVIATION]);
            s.curvature(0).set(rest).subtract(share).multiply(s.a);
        } else {
            precision(s, s.a);
            s.curvature(0).set(rest).subtract(share).multiply(rest).multiply(s.a);
        }
        // 2 (nu + 1) u / (1 + w)
        shrunkSquare(s, s.a);
        s.curvature(1).set(s.a).add(share).multiply(rest).twice();
        if (degreesOfFreedom.isLearnt()) {
            Scaled degrees = s.curvature(2);
            normaliserCurvature(s, degrees);
            degrees.add(excess(s, s.a));
            shrunkSquare(s, s.a);
            degrees.subtract(s.a.multiply(share).half());
            degrees.add(s.a.set(share).multiply(rest).half());
        }
    }

    /** -h (log1p(t) - t/(1 + t)) - h (eta(h) - eta(h + 1/2)) + h^2 (zeta(h) - zeta(h + 1/2)), t = 1/nu. */
    private void normaliserCurvature(Sample s, Scaled result) {
        Scaled h = s.c.set(s.prepared[NU]).half();
        s.gamma.zetaDifference(h, s.b.set(0.5), result);
        result.multiply(h).multiply(h);
        result.subtract(etaTerm(s, s.a));
        result.subtract(dofExcess(s, s.a));
    }

    /** h (log1p(t) - t/(1 + t)) = h L(-1/(nu + 1)), t = 1/nu. */
    private Scaled dofExcess(Sample s, Scaled result) {
        Scaled nu = s.prepared[NU];
        if (nu.isSmallerThan(1)) {
            Elementary.log1p(inverseNu(s, result)).subtract(s.b.set(nu).add(1).invert());
        } else {
            Elementary.argumentMinusLog1p(result.set(nu).add(1).invert().negate());
        }
        return result.multiply(nu).half();
    }

    @Override
    void evaluateFisher(Sample s) {
        Scaled nu = s.prepared[NU];
        // (nu + 1)/(nu + 3) = 1 - 2/(nu + 3)
        Scaled inverse = s.c.set(nu).add(3).invert();
        s.a.set(inverse).twice().negate().add(1);
        s.curvature(0).set(s.prepared[INVERSE_SCALE]).square().multiply(s.a);
        s.curvature(1).set(nu).multiply(inverse).twice();
        if (degreesOfFreedom.isLearnt()) {
            degreesInformation(s, s.curvature(2));
        }
    }

    /** nu^2 {[trigamma(h) - trigamma(h + 1/2)]/4 - (nu + 5)/(2 nu (nu + 1)(nu + 3))}. */
    private void degreesInformation(Sample s, Scaled result) {
        Scaled nu = s.prepared[NU];
        if (!nu.isSmallerThan(MANY)) {
            inverseNu(s, s.a);
            double t = s.a.exponent == 0 ? s.a.high : 0;
            double tail = FISHER_SERIES[FISHER_SERIES.length - 1];
            for (int i = FISHER_SERIES.length - 2; i > 0; i--) {
                tail = Math.fma(tail, t, FISHER_SERIES[i]);
            }
            result.set(tail).multiply(t).add(FISHER_SERIES[0]).multiply(s.a).multiply(s.a);
            return;
        }
        // h^2 (zeta(h) - zeta(h + 1/2)) - nu / ((nu + 1)(nu + 3)): the rational parts cancel by hand
        Scaled h = s.c.set(nu).half();
        s.gamma.zetaDifference(h, s.b.set(0.5), result);
        result.multiply(h).multiply(h);
        s.a.set(nu).divide(s.b.set(nu).add(1));
        result.subtract(s.a.divide(s.b.set(nu).add(3)));
    }
}
