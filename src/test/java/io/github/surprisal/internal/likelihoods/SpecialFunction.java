package io.github.surprisal.internal.likelihoods;

/** {@link Elementary} and {@link GammaFunctions}, opened to the test that compares them with big numbers. */
public enum SpecialFunction {
    EXP, EXPM1, EXPM1_MINUS_ARGUMENT, LOG, LOG1P, ARGUMENT_MINUS_LOG1P, SOFTPLUS, SIGMOID, STIRLING, ETA, ZETA,
    LOG_FACTORIAL_EXCESS, ETA_INTEGRAL, ETA_DIFFERENCE, ZETA_DIFFERENCE;

    private final GammaFunctions gamma = new GammaFunctions();

    /**
     * The value at a double; the functions of an interval take its width as the second argument.
     *
     * @return a register of its own
     */
    public Scaled at(double x, double width) {
        Scaled argument = new Scaled().set(x);
        Scaled second = new Scaled().set(width);
        Scaled result = new Scaled();
        switch (this) {
            case EXP -> result = Elementary.exp(argument);
            case EXPM1 -> result = Elementary.expm1(argument);
            case EXPM1_MINUS_ARGUMENT -> result = Elementary.expm1MinusArgument(argument);
            case LOG -> result = Elementary.log(argument);
            case LOG1P -> result = Elementary.log1p(argument);
            case ARGUMENT_MINUS_LOG1P -> result = Elementary.argumentMinusLog1p(argument);
            case SOFTPLUS -> result = Elementary.softplus(argument, second);
            case SIGMOID -> result = Elementary.sigmoid(argument, second);
            case STIRLING -> gamma.stirling(argument, logarithm(x), result);
            case ETA -> gamma.eta(argument, result);
            case ZETA -> gamma.zeta(argument, result);
            case LOG_FACTORIAL_EXCESS -> gamma.logFactorialExcess(argument, result);
            case ETA_INTEGRAL -> gamma.etaIntegral(argument, logarithm(x), second, result);
            case ETA_DIFFERENCE -> gamma.etaDifference(argument, second, result);
            default -> gamma.zetaDifference(argument, second, result);
        }
        return result;
    }

    private static Scaled logarithm(double x) {
        return Elementary.log(new Scaled().set(x));
    }
}
