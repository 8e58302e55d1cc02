package io.github.surprisal.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;

/** The worst of many errors, and where it was found. */
final class Worst {

    private final String what;
    private double error;
    private String where = "nowhere";

    Worst(String what) {
        this.what = what;
    }

    void add(double candidate, double at) {
        add(candidate, at, Double.NaN);
    }

    /** An error that is NaN stays the worst. */
    void add(double candidate, double at, double andAt) {
        if (!(candidate <= error) && error == error) {
            error = candidate;
            where = Double.isNaN(andAt) ? at + " = " + Double.toHexString(at)
                    : Double.toHexString(at) + ", " + Double.toHexString(andAt);
        }
    }

    double bits() {
        return Math.log(error) / Math.log(2.0);
    }

    /** Asserts that the worst error is at most 2^exponent. */
    void isAtMost(double exponent) {
        System.out.println(this);
        assertThat(error).as(toString()).isLessThanOrEqualTo(Math.pow(2.0, exponent));
    }

    @Override
    public String toString() {
        return String.format("%s: worst 2^%.3f at %s", what, bits(), where);
    }
}
