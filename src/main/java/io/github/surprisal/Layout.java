package io.github.surprisal;

import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Where a batch lies in a flat, row-major array: [batch, classes] or [batch, classes, d1, d2, ...]. Immutable.
 *
 * <p>With {@code inner} the product of the trailing dimensions, class c of the sample at position i of batch entry n is
 * the element {@code offset + n * rowStride + c * inner + i}. A <em>sample</em> is one distribution over the classes;
 * there are {@code batch * inner} of them, numbered {@code n * inner + i}, and so many targets, losses and predictions,
 * in that order, in arrays of their own that begin at 0.
 *
 * <p>What lies before the offset, between the rows and behind the last one is neither read nor written.
 */
public final class Layout {

    private final Geometry geometry;
    private final String dimensions;

    private Layout(String dimensions, int batch, int classes, int inner, int offset, int rowStride) {
        long last = (long) offset + (batch - 1L) * rowStride + (long) classes * inner;
        Require.that(last <= Integer.MAX_VALUE,
                "layout %s with offset %d and row stride %d must end within %d elements",
                dimensions, offset, rowStride, Integer.MAX_VALUE);
        StringBuilder description = new StringBuilder(dimensions);
        if (offset != 0) {
            description.append(" at ").append(offset);
        }
        if (rowStride != classes * inner) {
            description.append(" with row stride ").append(rowStride);
        }
        this.dimensions = dimensions;
        this.geometry = new Geometry(batch, classes, inner, offset, rowStride, description.toString());
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
        return new Layout(text, batch, dimensions[axis], inner, 0, row);
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
     * This layout beginning elsewhere in the array.
     *
     * @param offset the index of the first element, at least 0
     * @return this layout at the offset
     * @throws IllegalArgumentException if the offset is negative, or the layout would end beyond what an array can hold
     */
    public Layout at(int offset) {
        Require.that(offset >= 0, "offset is %d, but must be at least 0", offset);
        return new Layout(dimensions, batch(), classes(), inner(), offset, rowStride());
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
        return new Layout(dimensions, batch(), classes(), inner(), offset(), rowStride);
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
     * @return whether it is a layout with the same batch, classes, inner, offset and row stride
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
        return new int[] {batch(), classes(), inner(), offset(), rowStride()};
    }

    /**
     * The dimensions, with offset and row stride where they are not the usual ones.
     *
     * @return such as {@code "[3, 5] at 2 with row stride 8"}
     */
    @Override
    public String toString() {
        return geometry.toString();
    }

    /** The geometry of contiguous rows of so many classes. */
    static Geometry rows(Elements door, Object logits, int classes) {
        Objects.requireNonNull(logits, "logits");
        int length = door.length(logits);
        Require.that(classes >= 1, "classes is %d, but must be at least 1", classes);
        Require.that(length % classes == 0, "logits.length (%d) must be a multiple of classes (%d)", length, classes);
        return Geometry.rows(length / classes, classes);
    }

    /** The geometry of an argument called layout. */
    static Geometry geometry(Layout layout) {
        return Objects.requireNonNull(layout, "layout").geometry;
    }
}
