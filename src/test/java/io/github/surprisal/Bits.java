package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Comparison to the last bit: 0.0 is not -0.0. All NaN are one, as their payload is not part of the contract. */
final class Bits {

    /** What nothing computes: an output that still holds it was not written. */
    static final double UNTOUCHED = 0x1.23456789abcdep-77;

    private Bits() {
    }

    static double[] untouched(int length) {
        double[] array = new double[length];
        Arrays.fill(array, UNTOUCHED);
        return array;
    }

    static void assertSame(double[] actual, double[] expected, String what, Object... values) {
        // Arrays.equals tells 0.0 from -0.0 and takes all NaN for one
        if (!Arrays.equals(actual, expected)) {
            assertThat(actual).as(what, values).usingElementComparator(Double::compare).containsExactly(expected);
            throw new AssertionError("unequal bits");
        }
    }

    static void assertSame(double actual, double expected, String what, Object... values) {
        assertSame(new double[] {actual}, new double[] {expected}, what, values);
    }

    /** Within so many units in the last place, one by one. */
    static void assertClose(double[] actual, double[] expected, long ulps, String what) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(Ulp.distance(actual[i], expected[i])).as("%s: ulp of [%d] = %s, expected %s", what, i, actual[i],
                    expected[i]).isLessThanOrEqualTo(ulps);
        }
    }

    static void assertClose(double actual, double expected, long ulps, String what) {
        assertClose(new double[] {actual}, new double[] {expected}, ulps, what);
    }
}
