package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Arrays of rows become flat arrays and back again. */
class FlattenTest {

    @Test
    void rowsLieOneBehindTheOther() {
        double[][] rows = {{1, 2, 3}, {4, 5, 6}};
        double[] values = Layout.flatten(rows);
        assertThat(values).containsExactly(1, 2, 3, 4, 5, 6);
        values[0] = 9;
        assertThat(rows[0][0]).as("a copy").isEqualTo(1);
        double[][] back = new double[2][3];
        Layout.unflatten(values, back);
        assertThat(back).isDeepEqualTo(new double[][] {{9, 2, 3}, {4, 5, 6}});
    }

    @Test
    void floatsToo() {
        float[][] rows = {{1, 2, 3}, {4, 5, 6}};
        assertThat(Layout.flatten(rows)).containsExactly(1, 2, 3, 4, 5, 6);
        float[][] back = new float[2][3];
        Layout.unflatten(Layout.flatten(rows), back);
        assertThat(back).isDeepEqualTo(rows);
    }

    @Test
    void nothingBecomesNothing() {
        assertThat(Layout.flatten(new double[0][])).isEmpty();
        assertThat(Layout.flatten(new double[3][0])).isEmpty();
        assertThat(Layout.flatten(new float[0][0])).isEmpty();
        Layout.unflatten(new double[0], new double[0][]);
        Layout.unflatten(new float[0], new float[3][0]);
    }

    @Test
    void unequalRowsAreRefusedByNumber() {
        double[][] rows = {{1, 2, 3}, {4, 5, 6}, {7, 8}};
        refuses("rows[2].length is 2, but must be 3, as that of rows[0]", () -> Layout.flatten(rows));
        refuses("rows[2].length is 2, but must be 3, as that of rows[0]", () -> Layout.unflatten(new double[9], rows));
        refuses("rows[1].length is 1, but must be 0, as that of rows[0]",
                () -> Layout.flatten(new float[][] {{}, {1}}));
        assertThat(rows[0]).as("a refused call writes nothing").containsExactly(1, 2, 3);
    }

    @Test
    void otherSizesAreRefused() {
        refuses("values.length (5) must be rows.length (2) * 3",
                () -> Layout.unflatten(new double[5], new double[2][3]));
        refuses("values.length (7) must be rows.length (2) * 3",
                () -> Layout.unflatten(new float[7], new float[2][3]));
        double[][] sameRow = new double[65536][];
        Arrays.fill(sameRow, new double[65536]);
        refuses("rows.length (65536) * 65536 must be at most 2147483647 elements", () -> Layout.flatten(sameRow));
    }

    @Test
    void nullIsRefusedByName() {
        refusesNull("rows", () -> Layout.flatten((double[][]) null));
        refusesNull("rows[1]", () -> Layout.flatten(new double[][] {{1}, null}));
        refusesNull("rows[0]", () -> Layout.unflatten(new float[1], new float[1][]));
        refusesNull("values", () -> Layout.unflatten(null, new double[1][1]));
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static void refusesNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }
}
