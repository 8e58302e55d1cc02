package io.github.surprisal.internal.likelihoods;

/** The {@link Gaussian} of log y: its loss and log y, and d = log y - m. */
final class LogNormal extends Gaussian {

    private LogNormal(Positive variance) {
        super(variance, "log mean", "(0, Infinity)");
    }

    static LogNormal learnt() {
        return new LogNormal(Positive.learnt(1, "log variance"));
    }

    static LogNormal fixed(double variance) {
        return new LogNormal(Positive.fixed(variance));
    }

    @Override
    public boolean accepts(double target) {
        return target > 0 && target <= Double.MAX_VALUE;
    }

    @Override
    void deviation(Sample s, Scaled deviation) {
        Elementary.subtractLog(deviation.set(s.parameter(0)), s.target).negate();
    }

    @Override
    void evaluateLoss(Sample s) {
        super.evaluateLoss(s);
        s.loss.negate();
        Elementary.subtractLog(s.loss, s.target).negate();
    }
}
