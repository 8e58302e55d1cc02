package io.github.surprisal;

import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Where a batch lies in a flat, row-major array: [batch, classes] or [batch, classes, d1, d2, ...]. Immutable.
 *
 * <p>With {@code inner} the product of the trailing dimensions, class c of the sample at position i of batch entry n is
 * the element {@code offset + n * rowStride + c * inner + i}. A <em>sample</em> is one distribution over the classes;
 * there are {@code batch * inner} of them, numbered {@code n * inner + i}, and so many targets, losses and predictions,
 * in that order, in arrays of their own that begin at 0, or where {@link #targetsAt} says.
 *
 * <p>What lies before the offset, between the rows and behind the last one is neither read nor written.
 *
 * <p>Batches that are arrays of rows are copied with {@link #flatten(double[][])} and
 * {@link #unflatten(double[], double[][])}.
 */
public final class Layout implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The same elements, each a sample of one class; made when asked for. */
    private transient Geometry elements;

    private final transient Geometry geometry;
    private final transient String dimensions;

    private Layout(String dimensions, int batch, int classes, int inner, int offset, int rowStride,
            int firstTarget) {
        long last = (long) offset + (batch - 1L) * rowStride + (long) classes * inner;
        Require.that(last <= Integer.MAX_VALUE,
                "layout %s with offset %d and row stride %d must end within %d elements",
                dimensions, offset, rowStride, Integer.MAX_VALUE);
        Require.that((long) firstTarget + (long) batch * inner <= Integer.MAX_VALUE,
                "layout %s with targets at %d must have its targets within %d elements", dimensions, firstTarget,
                Integer.MAX_VALUE);
        StringBuilder description = new StringBuilder(dimensions);
        if (offset != 0) {
            description.append(" at ").append(offset);
        }
        if (rowStride != classes * inner) {
            description.append(" with row stride ").append(rowStride);
        }
        if (firstTarget != 0) {
            description.append(", targets at ").append(firstTarget);
        }
        this.dimensions = dimensions;
        this.geometry = new Geometry(batch, classes, inner, offset, rowStride, firstTarget, description.toString());
    }

    /**
     * A dense batch whose class axis is axis 1, as in PyTorch and ONNX.
     *
     * @param batch the number of batch entries, at least 0
     * @param classes the number of classes, at least 1
     * @param inner the dimensions behind the class axis, each at least 0; none for [batch, classes]
     * @return the layout [batch, classes, inner...]
     * @throws IllegalArgumentException if a number is out of range, or there are more elements than an array can hold
     */
    public static Layout of(int batch, int classes, int... inner) {
        Objects.requireNonNull(inner, "inner");
        int[] dimensions = new int[2 + inner.length];
        dimensions[0] = batch;
        dimensions[1] = classes;
        System.arraycopy(inner, 0, dimensions, 2, inner.length);
        String text = text(dimensions);
        Require.that(batch >= 0, "batch is %d, but must be at least 0", batch);
        for (int i = 0; i < inner.length; i++) {
            Require.that(inner[i] >= 0, "inner[%d] is %d, but must be at least 0", i, inner[i]);
        }
        return create(1, dimensions, text);
    }

    /**
     * A dense batch with its class axis anywhere. The dimensions before it make up the batch, those behind it are
     * inner.
     *
     * @param axis the class axis; a negative number counts from the end, -1 being the last
     * @param dimensions all dimensions, the class axis among them
     * @return the layout
     * @throws IllegalArgumentException if a number is out of range, or there are more elements than an array can hold
     */
    public static Layout alongAxis(int axis, int... dimensions) {
        Objects.requireNonNull(dimensions, "dimensions");
        int rank = dimensions.length;
        Require.that(rank > 0, "dimensions.length is 0, but must be at least 1");
        Require.that(axis >= -rank && axis < rank, "axis is %d, but must be in [%d, %d)", axis, -rank, rank);
        int classAxis = axis < 0 ? axis + rank : axis;
        return create(classAxis, dimensions, text(dimensions) + " along axis " + classAxis);
    }

    private static Layout create(int axis, int[] dimensions, String text) {
        for (int i = 0; i < dimensions.length; i++) {
            int least = i == axis ? 1 : 0;
            Require.that(dimensions[i] >= least, "%s is %d, but must be at least %d",
                    i == axis ? "classes" : "dimensions[" + i + "]", dimensions[i], least);
        }
        int batch = product(dimensions, 0, axis, text);
        int inner = product(dimensions, axis + 1, dimensions.length, text);
        int row = product(dimensions, axis, dimensions.length, text);
        product(dimensions, 0, dimensions.length, text);
        return new Layout(text, batch, dimensions[axis], inner, 0, row, 0);
    }

    private static int product(int[] dimensions, int from, int to, String text) {
        long product = Arrays.stream(dimensions, from, to).anyMatch(d -> d == 0) ? 0 : 1;
        for (int i = from; i < to; i++) {
            product *= dimensions[i];
            Require.that(product <= Integer.MAX_VALUE, "layout %s must have at most %d elements",
                    text, Integer.MAX_VALUE);
        }
        return (int) product;
    }

    private static String text(int[] dimensions) {
        return Arrays.stream(dimensions).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * This layout beginning elsewhere in the array. Moves what lies in the layout: input, gradient, probabilities. The
     * targets, and what else has one entry for each sample, stay where they are; {@link #targetsAt} moves those.
     *
     * @param offset the index of the first element, at least 0
     * @return this layout at the offset
     * @throws IllegalArgumentException if the offset is negative, or the layout would end beyond what an array can hold
     */
    public Layout at(int offset) {
        Require.that(offset >= 0, "offset is %d, but must be at least 0", offset);
        return new Layout(dimensions, batch(), classes(), inner(), offset, rowStride(), targetsOffset());
    }

    /**
     * This layout with its targets elsewhere in their arrays. Moves what has one entry for each sample: targets,
     * losses, upstreams for each sample, predictions. Class probabilities are targets too, {@code classes} numbers
     * each: theirs begin at element {@code offset * classes}. Input and gradient stay where they are; {@link #at} moves
     * those.
     *
     * <p>So a part of a batch needs no copies: rows 64 to 95 of 10 classes, with the targets of the whole batch, are
     * <pre>{@code
     *   Layout.of(32, 10).at(64 * 10).targetsAt(64)
     * }</pre>
     *
     * @param offset the number of the first target, at least 0; 64 for the part of a batch that begins with sample 64
     * @return this layout with its targets at the offset
     * @throws IllegalArgumentException if the offset is negative, or the targets would end beyond what an array can
     *         hold
     */
    public Layout targetsAt(int offset) {
        Require.that(offset >= 0, "offset of the targets is %d, but must be at least 0", offset);
        return new Layout(dimensions, batch(), classes(), inner(), offset(), rowStride(), offset);
    }

    /**
     * This layout with padding between its batch entries.
     *
     * @param rowStride the distance between the first elements of two batch entries, at least {@code classes * inner}
     * @return this layout with the row stride
     * @throws IllegalArgumentException if the stride is too small, or the layout would end beyond what an array can
     *         hold
     */
    public Layout withRowStride(int rowStride) {
        int least = classes() * inner();
        Require.that(rowStride >= least,
                "rowStride is %d, but must be at least %d for layout %s", rowStride, least, dimensions);
        return new Layout(dimensions, batch(), classes(), inner(), offset(), rowStride, targetsOffset());
    }

    /**
     * The number of batch entries.
     *
     * @return the product of the dimensions before the class axis
     */
    public int batch() {
        return geometry.batch;
    }

    /**
     * The number of classes.
     *
     * @return the length of the class axis
     */
    public int classes() {
        return geometry.classes;
    }

    /**
     * The distance between two classes of a sample.
     *
     * @return the product of the dimensions behind the class axis, 1 if there are none
     */
    public int inner() {
        return geometry.inner;
    }

    /**
     * The number of samples, each with a target, a loss and a prediction.
     *
     * @return {@code batch * inner}
     */
    public int samples() {
        return geometry.samples();
    }

    /**
     * Where the first element lies.
     *
     * @return the offset, 0 unless {@linkplain #at(int) told otherwise}
     */
    public int offset() {
        return geometry.offset;
    }

    /**
     * Where the first target lies.
     *
     * @return the number of the first target, 0 unless {@linkplain #targetsAt(int) told otherwise}
     */
    public int targetsOffset() {
        return geometry.firstTarget;
    }

    /**
     * The distance between batch entries.
     *
     * @return the row stride, {@code classes * inner} unless {@linkplain #withRowStride(int) told otherwise}
     */
    public int rowStride() {
        return geometry.rowStride;
    }

    /**
     * Whether another object is a layout of the same elements.
     *
     * @param other any object, or null
     * @return whether it is a layout with the same batch, classes, inner, offset, row stride and offset of the targets
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Layout && Arrays.equals(numbers(), ((Layout) other).numbers());
    }

    /**
     * A hash of what {@link #equals} compares.
     *
     * @return the hash
     */
    @Override
    public int hashCode() {
        return Arrays.hashCode(numbers());
    }

    private int[] numbers() {
        return new int[] {batch(), classes(), inner(), offset(), rowStride(), targetsOffset()};
    }

    /**
     * The dimensions, with offset, row stride and offset of the targets where they are not the usual ones.
     *
     * @return such as {@code "[3, 5] at 2 with row stride 8, targets at 7"}
     */
    @Override
    public String toString() {
        return geometry.toString();
    }

    // ---- serialisation

    /**
     * What is written in place of this layout: its options.
     *
     * @return the options, which become a layout again when they are read
     */
    private Object writeReplace() {
        return new Numbers(dimensions, batch(), classes(), inner(), offset(), rowStride(), targetsOffset());
    }

    /**
     * Refuses a stream that holds the layout itself.
     *
     * @param in the stream; not read
     * @throws InvalidObjectException always
     */
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw Serialized.refusal(this);
    }

    /** What is serialised. */
    private record Numbers(String dimensions, int batch, int classes, int inner, int offset, int rowStride,
            int firstTarget) implements Serializable {

        private static final long serialVersionUID = 1L;

        private Object readResolve() throws InvalidObjectException {
            try {
                of(batch, classes, inner).withRowStride(rowStride).at(offset).targetsAt(firstTarget); // the checks
                return new Layout(Objects.requireNonNull(dimensions, "dimensions"), batch, classes, inner, offset,
                        rowStride, firstTarget);
            } catch (IllegalArgumentException | NullPointerException e) {
                throw Serialized.refusal(e);
            }
        }
    }

    // ---- rows that are arrays of their own

    /**
     * Rows one behind the other in a new array, as all operators take them.
     *
     * @param rows rows of equal length; read
     * @return a new array, [rows.length, rows[0].length]; empty if there are no rows
     * @throws IllegalArgumentException if two rows differ in length, or there are more elements than an array can hold
     * @throws NullPointerException if the array or one of the rows is null
     */
    public static double[] flatten(double[][] rows) {
        int length = lengthOfRows(rows);
        double[] values = new double[rows.length * length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * length, length);
        }
        return values;
    }

    /**
     * Copies what {@link #flatten(double[][])} made back into rows.
     *
     * @param values [rows.length, rows[0].length]; read
     * @param rows rows of equal length, overwritten
     * @throws IllegalArgumentException if two rows differ in length, or {@code values} has not as many elements as
     *         they have together
     * @throws NullPointerException if an array or one of the rows is null
     */
    public static void unflatten(double[] values, double[][] rows) {
        Objects.requireNonNull(values, "values");
        int length = lengthOfRows(rows);
        Require.that(values.length == rows.length * length, "values.length (%d) must be rows.length (%d) * %d",
                values.length, rows.length, length);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, i * length, rows[i], 0, length);
        }
    }

    /**
     * Rows one behind the other in a new array, as all operators take them.
     *
     * @param rows rows of equal length; read
     * @return a new array, [rows.length, rows[0].length]; empty if there are no rows
     * @throws IllegalArgumentException if two rows differ in length, or there are more elements than an array can hold
     * @throws NullPointerException if the array or one of the rows is null
     */
    public static float[] flatten(float[][] rows) {
        int length = lengthOfRows(rows);
        float[] values = new float[rows.length * length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * length, length);
        }
        return values;
    }

    /**
     * Copies what {@link #flatten(float[][])} made back into rows.
     *
     * @param values [rows.length, rows[0].length]; read
     * @param rows rows of equal length, overwritten
     * @throws IllegalArgumentException if two rows differ in length, or {@code values} has not as many elements as
     *         they have together
     * @throws NullPointerException if an array or one of the rows is null
     */
    public static void unflatten(float[] values, float[][] rows) {
        Objects.requireNonNull(values, "values");
        int length = lengthOfRows(rows);
        Require.that(values.length == rows.length * length, "values.length (%d) must be rows.length (%d) * %d",
                values.length, rows.length, length);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, i * length, rows[i], 0, length);
        }
    }

    /** The length that all rows have. */
    private static int lengthOfRows(Object[] rows) {
        Objects.requireNonNull(rows, "rows");
        int length = 0;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] == null) {
                throw new NullPointerException("rows[" + i + "]");
            }
            int own = Array.getLength(rows[i]);
            length = i == 0 ? own : length;
            Require.that(own == length, "rows[%d].length is %d, but must be %d, as that of rows[0]", i, own, length);
        }
        Require.that((long) rows.length * length <= Integer.MAX_VALUE,
                "rows.length (%d) * %d must be at most %d elements", rows.length, length, Integer.MAX_VALUE);
        return length;
    }

    /** The geometry of contiguous rows of so many classes. */
    static Geometry rows(Elements door, Object logits, int classes) {
        Objects.requireNonNull(logits, "logits");
        int length = door.length(logits);
        Require.that(classes >= 1, "classes is %d, but must be at least 1", classes);
        Require.that(length % classes == 0, "logits.length (%d) must be a multiple of classes (%d)", length, classes);
        return Geometry.rows(length / classes, classes);
    }

    /** The geometry of an argument called layout whose every element is a sample. */
    static Geometry elements(Layout layout) {
        Objects.requireNonNull(layout, "layout");
        Geometry elements = layout.elements; // made twice by two threads at once, it is the same
        if (elements == null) {
            elements = layout.geometry.ofElements();
            layout.elements = elements;
        }
        return elements;
    }

    /** The geometry of an argument called layout. */
    static Geometry geometry(Layout layout) {
        return Objects.requireNonNull(layout, "layout").geometry;
    }
}
