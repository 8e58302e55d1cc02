package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Single rows of floats against the exact values of truth-float.cases: not one result may be misrounded, and the loss, a
 * double, must be within 2^-44.
 */
class FloatTruthCasesTest {

    private static final double LOSS = 0x1p-44;
    private static final Map<String, Integer> VALUES = new TreeMap<>();
    private static double worstLoss;

    static List<Case> truth() {
        return CaseFile.read("truth-float.cases", 175);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void softmax(Case exact) {
        float[] row = floats(exact, "scores");
        check(exact, "softmax", Softmax.create().forward(row, row.length));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void logSoftmax(Case exact) {
        float[] row = floats(exact, "scores");
        check(exact, "log_softmax", LogSoftmax.create().forward(row, row.length));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void lossAndGradient(Case exact) {
        float[] row = floats(exact, "scores");
        int[] target = {exact.integer("target")};
        float[] gradient = new float[row.length];
        double loss = CrossEntropyLoss.create().forwardBackward(row, target, gradient);
        check(exact, "gradient", gradient);
        check(exact, "gradient", CrossEntropyLoss.create().backward(row, target));
        assertThat(CrossEntropyLoss.create().forward(row, target)).isEqualTo(Double.valueOf(loss));
        if (overflows(exact)) {
            assertThat(Double.isNaN(loss)).as("loss %s", loss).isTrue();
            return;
        }
        double right = exact.number("loss");
        double error = loss == right ? 0 : Math.abs(loss - right) / right;
        worstLoss = Math.max(worstLoss, error);
        // a subnormal loss is rounded to what doubles there are
        assertThat(Math.abs(loss - right) <= Double.MIN_VALUE || error <= LOSS)
                .as("loss %s, exactly %s", loss, right).isTrue();
    }

    /** Beyond the largest float a logit is infinite, and its sample NaN: there is no exact value to compare with. */
    private static boolean overflows(Case exact) {
        for (double logit : exact.values("scores")) {
            if (logit == Double.POSITIVE_INFINITY) {
                return true;
            }
        }
        return false;
    }

    private static float[] floats(Case exact, String field) {
        return FloatArrays.narrow(exact.values(field)); // exact: the file holds floats
    }

    private static void check(Case exact, String field, float[] actual) {
        float[] expected = floats(exact, field);
        if (overflows(exact)) {
            assertThat(actual).as(field).containsOnly(Float.NaN);
            return;
        }
        VALUES.merge(field, actual.length, Integer::sum);
        assertThat(actual).as(field).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Float.compare(actual[i] + 0.0f, expected[i] + 0.0f))
                    .as("%s[%d] = %s, exactly %s", field, i, actual[i], expected[i]).isZero();
        }
    }

    @AfterAll
    static void report() {
        System.out.printf("truth-float.cases: none misrounded of %s; worst loss %.2g%n", VALUES, worstLoss);
    }
}
