package io.github.surprisal.internal;

import java.util.Locale;
import java.util.Objects;

/**
 * Checks of arguments. A message names the argument, its value and the rule. Conditions are written so that NaN fails.
 */
public final class Require {

    private Require() {
    }

    /** Checks that a condition holds. */
    public static void that(boolean condition, String format, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, values));
        }
    }

    /** Checks that an array reaches as far as a layout. */
    static void reaches(double[] array, String name, Geometry g) {
        Objects.requireNonNull(array, name);
        if (array.length < g.extent()) {
            throw new IllegalArgumentException(name + ".length (" + array.length + ") must be at least " + g.extent()
                    + " for layout " + g);
        }
    }

    /** Checks that an array has so many elements at least. */
    static void holds(int length, String name, int elements, Geometry g) {
        if (length < elements) {
            throw new IllegalArgumentException(name + ".length (" + length + ") must be at least " + elements
                    + " for layout " + g);
        }
    }

    /** Checks that two roles are not played by the same array. */
    static void distinct(Object a, String nameOfA, Object b, String nameOfB) {
        if (a == b && a != null) {
            throw new IllegalArgumentException(nameOfA + " must not be the same array as " + nameOfB);
        }
    }
}
