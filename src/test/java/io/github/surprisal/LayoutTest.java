package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Where a layout says the elements lie, what it refuses, and that the operators go by it. */
class LayoutTest {

    @Test
    void classAxisOne() {
        check(Layout.of(3, 5), 3, 5, 1, 0, 5, "[3, 5]");
        check(Layout.of(3, 5, 2, 4), 3, 5, 8, 0, 40, "[3, 5, 2, 4]");
        check(Layout.of(0, 5), 0, 5, 1, 0, 5, "[0, 5]");
        check(Layout.of(3, 5, 2, 0), 3, 5, 0, 0, 0, "[3, 5, 2, 0]");
        check(Layout.of(Integer.MAX_VALUE, 1), Integer.MAX_VALUE, 1, 1, 0, 1, "[2147483647, 1]");
        check(Layout.of(1, Integer.MAX_VALUE), 1, Integer.MAX_VALUE, 1, 0, Integer.MAX_VALUE, "[1, 2147483647]");
    }

    @Test
    void classAxisAnywhere() {
        check(Layout.alongAxis(0, 5), 1, 5, 1, 0, 5, "[5] along axis 0");
        check(Layout.alongAxis(-1, 5), 1, 5, 1, 0, 5, "[5] along axis 0");
        check(Layout.alongAxis(0, 2, 3, 4), 1, 2, 12, 0, 24, "[2, 3, 4] along axis 0");
        check(Layout.alongAxis(1, 2, 3, 4), 2, 3, 4, 0, 12, "[2, 3, 4] along axis 1");
        check(Layout.alongAxis(2, 2, 3, 4), 6, 4, 1, 0, 4, "[2, 3, 4] along axis 2");
        check(Layout.alongAxis(-1, 2, 3, 4), 6, 4, 1, 0, 4, "[2, 3, 4] along axis 2");
        check(Layout.alongAxis(-3, 2, 3, 4), 1, 2, 12, 0, 24, "[2, 3, 4] along axis 0");
        check(Layout.alongAxis(-1, 0, 3, 4), 0, 4, 1, 0, 4, "[0, 3, 4] along axis 2");
    }

    @Test
    void offsetAndRowStride() {
        check(Layout.of(3, 5).at(2), 3, 5, 1, 2, 5, "[3, 5] at 2");
        check(Layout.of(3, 5).withRowStride(8), 3, 5, 1, 0, 8, "[3, 5] with row stride 8");
        check(Layout.of(3, 5).at(2).withRowStride(8), 3, 5, 1, 2, 8, "[3, 5] at 2 with row stride 8");
        check(Layout.of(3, 5).withRowStride(8).at(2), 3, 5, 1, 2, 8, "[3, 5] at 2 with row stride 8");
        check(Layout.of(3, 5).at(7).at(2).at(0), 3, 5, 1, 0, 5, "[3, 5]");
        check(Layout.of(3, 5).withRowStride(8).withRowStride(5), 3, 5, 1, 0, 5, "[3, 5]");
        check(Layout.of(3, 5, 2).withRowStride(11), 3, 5, 2, 0, 11, "[3, 5, 2] with row stride 11");
        check(Layout.alongAxis(-1, 2, 3, 4).at(1).withRowStride(6), 6, 4, 1, 1, 6,
                "[2, 3, 4] along axis 2 at 1 with row stride 6");
        check(Layout.of(1, 5).at(Integer.MAX_VALUE - 5), 1, 5, 1, Integer.MAX_VALUE - 5, 5, "[1, 5] at 2147483642");
        check(Layout.of(1, 5).withRowStride(Integer.MAX_VALUE), 1, 5, 1, 0, Integer.MAX_VALUE,
                "[1, 5] with row stride 2147483647");
    }

    @Test
    void targetsElsewhere() {
        check(Layout.of(3, 5).targetsAt(7), 3, 5, 1, 0, 5, "[3, 5], targets at 7");
        check(Layout.of(3, 5).at(2).targetsAt(7), 3, 5, 1, 2, 5, "[3, 5] at 2, targets at 7");
        check(Layout.of(3, 5).targetsAt(7).withRowStride(8).at(2), 3, 5, 1, 2, 8,
                "[3, 5] at 2 with row stride 8, targets at 7");
        check(Layout.of(3, 5).targetsAt(7).targetsAt(0), 3, 5, 1, 0, 5, "[3, 5]");
        assertThat(Layout.of(3, 5).targetsOffset()).isZero();
        assertThat(Layout.of(3, 5).targetsAt(7).at(2).withRowStride(8).targetsOffset()).isEqualTo(7);
        assertThat(Layout.of(3, 5).targetsAt(Integer.MAX_VALUE - 3).targetsOffset()).isEqualTo(Integer.MAX_VALUE - 3);
        refuses("offset of the targets is -1, but must be at least 0", () -> Layout.of(3, 5).targetsAt(-1));
        refuses("layout [3, 5] with targets at 2147483645 must have its targets within 2147483647 elements",
                () -> Layout.of(3, 5).targetsAt(Integer.MAX_VALUE - 2));
    }

    private static void check(Layout layout, int batch, int classes, int inner, int offset, int rowStride,
            String text) {
        assertThat(new int[] {layout.batch(), layout.classes(), layout.inner(), layout.samples(), layout.offset(),
            layout.rowStride()}).as("%s", layout)
                .containsExactly(batch, classes, inner, batch * inner, offset, rowStride);
        assertThat(layout).hasToString(text);
    }

    @Test
    void aLayoutIsImmutable() {
        int[] inner = {2};
        Layout layout = Layout.of(3, 5, inner);
        inner[0] = 9;
        layout.at(4);
        layout.withRowStride(20);
        check(layout, 3, 5, 2, 0, 10, "[3, 5, 2]");
    }

    @Test
    void impossibleDimensionsAreRefused() {
        refuses("batch is -1, but must be at least 0", () -> Layout.of(-1, 5));
        refuses("classes is 0, but must be at least 1", () -> Layout.of(3, 0));
        refuses("classes is -5, but must be at least 1", () -> Layout.of(3, -5));
        refuses("inner[1] is -2, but must be at least 0", () -> Layout.of(3, 5, 1, -2));
        refuses("dimensions[1] is -2147483648, but must be at least 0",
                () -> Layout.alongAxis(0, 3, Integer.MIN_VALUE));
        refuses("classes is 0, but must be at least 1", () -> Layout.alongAxis(2, 3, 4, 0));
        refuses("classes is 0, but must be at least 1", () -> Layout.alongAxis(-1, 0));
        refuses("axis is 2, but must be in [-2, 2)", () -> Layout.alongAxis(2, 3, 5));
        refuses("axis is -3, but must be in [-2, 2)", () -> Layout.alongAxis(-3, 3, 5));
        refuses("dimensions.length is 0, but must be at least 1", () -> Layout.alongAxis(0));
        assertThatThrownBy(() -> Layout.of(3, 5, (int[]) null)).isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("inner");
        assertThatThrownBy(() -> Layout.alongAxis(0, (int[]) null)).isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("dimensions");
    }

    @Test
    void sizesBeyondAnArrayAreRefused() {
        refuses("layout [65536, 65536] must have at most 2147483647 elements", () -> Layout.of(65536, 65536));
        refuses("layout [1, 65536, 65536] must have at most 2147483647 elements", () -> Layout.of(1, 65536, 65536));
        refuses("layout [1073741824, 1, 2] must have at most 2147483647 elements", () -> Layout.of(1 << 30, 1, 2));
        // products that come back to a small number when they overflow a long
        refuses("layout [2, 2147483647, 2147483647, 4] must have at most 2147483647 elements",
                () -> Layout.of(2, Integer.MAX_VALUE, Integer.MAX_VALUE, 4));
        refuses("layout [65536, 65536, 65536, 65536] along axis 3 must have at most 2147483647 elements",
                () -> Layout.alongAxis(-1, 65536, 65536, 65536, 65536));
    }

    /** An empty array has room for it, in whatever order the dimensions are multiplied. */
    @Test
    void aDimensionOfZeroMakesAnyLayoutEmpty() {
        assertThat(Layout.of(1, 2, 0, 65536, 65536).samples()).isZero();
        assertThat(Layout.of(1, 2, 65536, 65536, 0).samples()).isZero();
        // but the distance between rows has to be an index, even if there is none
        refuses("layout [0, 65536, 65535] must have at most 2147483647 elements", () -> Layout.of(0, 65536, 65535));
    }

    @Test
    void offsetsAndStridesOutOfBoundsAreRefused() {
        refuses("offset is -1, but must be at least 0", () -> Layout.of(3, 5).at(-1));
        refuses("layout [3, 5] with offset 2147483633 and row stride 5 must end within 2147483647 elements",
                () -> Layout.of(3, 5).at(Integer.MAX_VALUE - 14));
        refuses("rowStride is 4, but must be at least 5 for layout [3, 5]", () -> Layout.of(3, 5).withRowStride(4));
        refuses("rowStride is -5, but must be at least 5 for layout [3, 5]", () -> Layout.of(3, 5).withRowStride(-5));
        refuses("rowStride is 5, but must be at least 10 for layout [3, 5, 2]",
                () -> Layout.of(3, 5, 2).withRowStride(5));
        refuses("layout [3, 5] with offset 0 and row stride 1073741824 must end within 2147483647 elements",
                () -> Layout.of(3, 5).withRowStride(1 << 30));
        refuses("layout [3, 5] with offset 2147483637 and row stride 6 must end within 2147483647 elements",
                () -> Layout.of(3, 5).withRowStride(6).at(Integer.MAX_VALUE - 10));
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void layoutsOfTheSameElementsAreEqual() {
        Layout layout = Layout.of(3, 5, 2, 4);
        assertThat(layout).isEqualTo(layout).isEqualTo(Layout.of(3, 5, 8)).isEqualTo(Layout.alongAxis(1, 3, 5, 4, 2))
                .isEqualTo(layout.at(3).at(0)).hasSameHashCodeAs(Layout.of(3, 5, 8))
                .isNotEqualTo(null).isNotEqualTo("[3, 5, 2, 4]");
        assertThat(Layout.alongAxis(-1, 2, 3, 4)).isEqualTo(Layout.of(6, 4)).hasSameHashCodeAs(Layout.of(6, 4));
        assertThat(layout.targetsAt(7)).isEqualTo(Layout.of(3, 5, 8).targetsAt(7))
                .hasSameHashCodeAs(Layout.of(3, 5, 8).targetsAt(7));
        assertThat(layout.at(1).hashCode()).isNotEqualTo(layout.at(1).targetsAt(1).hashCode());
        for (Layout other : new Layout[] {Layout.of(4, 5, 8), Layout.of(3, 6, 8), Layout.of(3, 5, 7), layout.at(1),
            layout.withRowStride(41), layout.targetsAt(1)}) {
            assertThat(layout).isNotEqualTo(other);
            assertThat(other).isNotEqualTo(layout);
        }
    }

    // ---- the operators go by it

    /** The class axis of a [2, 3, 4] array moved last by hand, and the results moved back. */
    @Test
    void classAxisFirstMiddleAndLastEqualATransposition() {
        int[] dimensions = {2, 3, 4};
        double[] logits = new Random(7).doubles(24, -3, 3).toArray();
        double[] upstream = new Random(8).doubles(24, -3, 3).toArray();
        for (int axis = 0; axis < 3; axis++) {
            Layout layout = Layout.alongAxis(axis, dimensions);
            Layout rows = Layout.of(layout.samples(), layout.classes());
            double[] p = new double[24];
            Softmax.create().forward(logits, layout, p);
            double[] byHand = new double[24];
            Softmax.create().forward(moved(logits, dimensions, axis, true), rows, byHand);
            Bits.assertSame(p, moved(byHand, dimensions, axis, false), "softmax along axis %d", axis);

            double[] g = new double[24];
            Softmax.create().backward(p, upstream, layout, g);
            double[] gByHand = new double[24];
            Softmax.create().backward(byHand, moved(upstream, dimensions, axis, true), rows, gByHand);
            Bits.assertSame(g, moved(gByHand, dimensions, axis, false), "softmax backward along axis %d", axis);

            int classes = layout.classes();
            int[] targets = new Random(9).ints(layout.samples(), 0, classes).toArray();
            double loss = CrossEntropyLoss.create().forwardBackward(logits, layout, targets, 1.0, g);
            Bits.assertSame(CrossEntropyLoss.create()
                    .forwardBackward(moved(logits, dimensions, axis, true), rows, targets,
                    1.0, gByHand), loss, "loss along axis %d", axis);
            Bits.assertSame(g, moved(gByHand, dimensions, axis, false), "gradient along axis %d", axis);

            loss = CrossEntropyLoss.create().forwardBackward(logits, layout, p, 1.0, g);
            Bits.assertSame(CrossEntropyLoss.create()
                    .forwardBackward(moved(logits, dimensions, axis, true), rows, byHand,
                    1.0, gByHand), loss, "loss of probabilities along axis %d", axis);
            Bits.assertSame(g, moved(gByHand, dimensions, axis, false), "gradient of probabilities along axis %d",
                    axis);
        }
    }

    /** Moves an axis of a rank 3 array last, the other two keeping their order; or back. */
    private static double[] moved(double[] values, int[] d, int axis, boolean last) {
        double[] result = new double[values.length];
        int[] at = new int[3];
        for (at[0] = 0; at[0] < d[0]; at[0]++) {
            for (at[1] = 0; at[1] < d[1]; at[1]++) {
                for (at[2] = 0; at[2] < d[2]; at[2]++) {
                    int plain = (at[0] * d[1] + at[1]) * d[2] + at[2];
                    int a = axis == 0 ? 1 : 0;
                    int b = axis == 2 ? 1 : 2;
                    int other = (at[a] * d[b] + at[b]) * d[axis] + at[axis];
                    result[last ? other : plain] = values[last ? plain : other];
                }
            }
        }
        return result;
    }

    @Test
    void innerDimensionsOfZeroLeaveNothingToDo() {
        Layout layout = Layout.of(3, 5, 0);
        double[] nothing = {};
        Softmax.create().forward(nothing, layout, nothing);
        LogSoftmax.create().backward(nothing, nothing, layout, nothing);
        Softmax.create().predict(nothing, layout, new int[0]);
        CrossEntropyLoss loss = CrossEntropyLoss.create();
        assertThat(loss.forwardBackward(nothing, layout, new int[0], 1.0, nothing)).isNaN();
        assertThat(loss.forwardBackward(nothing, layout, nothing.clone(), 1.0, nothing)).isNaN();
        loss.forwardPerSample(nothing, layout, new int[0], new double[0]);
    }
}
