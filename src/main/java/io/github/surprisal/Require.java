package io.github.surprisal;

import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.util.Locale;
import java.util.Objects;

/**
 * Checks of arguments. A message names the argument, its value and the rule. Conditions are written so that NaN fails.
 */
final class Require {

    private Require() {
    }

    /** Checks that a condition holds. */
    static void that(boolean condition, String format, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, values));
        }
    }

    /** Checks that an array reaches as far as a layout. */
    static void reaches(Elements elements, Object array, String name, Geometry g) {
        Objects.requireNonNull(array, name);
        holds(elements.length(array), name, g.extent(), g);
    }

    /** Checks that an array has so many elements at least. */
    static void holds(int length, String name, long elements, Geometry g) {
        if (length < elements) {
            throw new IllegalArgumentException(name + ".length (" + length + ") must be at least " + elements
                    + " for layout " + g);
        }
    }

    /** Refuses a target outside its interval, unless it is NaN and that is a missing one. */
    static void target(double target, int index, String interval, boolean ignoresMissing) {
        if (!ignoresMissing || !Double.isNaN(target)) {
            String hint = Double.isNaN(target) ? "; ignoreMissing() skips such samples" : "";
            throw new IllegalArgumentException(
                    "targets[" + index + "] is " + target + ", but must be in " + interval + hint);
        }
    }

    /** Checks that two roles are not played by the same array. */
    static void distinct(Object a, String nameOfA, Object b, String nameOfB) {
        if (a == b) {
            throw new IllegalArgumentException(nameOfA + " must not be the same array as " + nameOfB);
        }
    }
}
