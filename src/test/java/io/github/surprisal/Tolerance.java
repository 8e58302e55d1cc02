package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code |actual - expected| <= absolute + relative |expected|}; NaN, infinities and their signs must be equal. */
record Tolerance(double absolute, double relative) {

    void check(String what, double[] actual, double[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(accepts(actual[i], expected[i]))
                    .as("%s[%d] = %s, expected %s within %s", what, i, actual[i], expected[i], this).isTrue();
        }
    }

    private boolean accepts(double actual, double expected) {
        if (!Double.isFinite(expected)) {
            return Double.compare(actual, expected) == 0;
        }
        return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
    }
}
