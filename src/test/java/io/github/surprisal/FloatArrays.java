package io.github.surprisal;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The floats that the doubles of a call stand for, so that tests written for doubles can ask the methods for floats:
 * every array has one of floats, the same for the same array, and what was written to that goes back.
 */
final class FloatArrays {

    private final Map<double[], float[]> floats = new IdentityHashMap<>();

    static float[] narrow(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    static double[] widen(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** The floats of an array, null for null. */
    float[] of(double[] values) {
        return values == null ? null : floats.computeIfAbsent(values, FloatArrays::narrow);
    }

    /** Takes back what was written; padding and what else nothing computes, if that is still there, as it was. */
    void back(double[] values) {
        float[] after = floats.get(values);
        for (int i = 0; i < values.length; i++) {
            boolean same = Float.floatToRawIntBits((float) values[i]) == Float.floatToRawIntBits(after[i]);
            if (!same || values[i] == values[i] && values[i] != Bits.UNTOUCHED) {
                values[i] = after[i];
            }
        }
    }
}
