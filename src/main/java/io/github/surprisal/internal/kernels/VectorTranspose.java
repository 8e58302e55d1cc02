package io.github.surprisal.internal.kernels;

import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Transposition on {@code jdk.incubator.vector}: squares in registers where vectors have 512 bits. */
final class VectorTranspose {

    private static final VectorSpecies<Double> S = VectorLoops.species();
    private static final VectorSpecies<Long> LONGS = S.withLanes(long.class);
    private static final int LANES = S.length();

    /** The side of the squares that are transposed in registers: for vectors of 512 bits. */
    private static final int SQUARE = 8;
    private static final VectorShuffle<Long> SWAP4 = swap(4);
    private static final VectorShuffle<Long> SWAP2 = swap(2);
    private static final VectorShuffle<Long> SWAP1 = swap(1);
    /** For halves, quarters and single elements, what moves of the first of two rows: all their bits. */
    private static final long[] MASKS = {
        0, 0, 0, 0, -1, -1, -1, -1,
        0, 0, -1, -1, 0, 0, -1, -1,
        0, -1, 0, -1, 0, -1, 0, -1};

    private VectorTranspose() {
    }

    /** Lanes whose numbers differ by a power of 2 change places. */
    private static VectorShuffle<Long> swap(int distance) {
        return VectorShuffle.fromOp(LONGS, lane -> (lane ^ distance) & LANES - 1);
    }

    static void transpose(double[] source, int[] from, int fromShift, int fromStep, int n,
            double[] target, int[] to, int toShift, int toStep, int m) {
        int rows = 0;
        int columns = 0;
        if (LANES == SQUARE && fromStep == 1 && toStep == 1 && n >= SQUARE && m >= SQUARE) {
            int down = squares(n);
            int across = squares(m);
            transposeSquares(source, from, fromShift, n, down, target, to, toShift, m, across);
            rows = Math.min(n, down * SQUARE);
            columns = Math.min(m, across * SQUARE);
        }
        KernelSet.transpose(source, from, fromShift, fromStep, rows, n, target, to, toShift, toStep, 0, columns);
        KernelSet.transpose(source, from, fromShift, fromStep, 0, n, target, to, toShift, toStep, columns, m);
    }

    /** Squares along a side: those that fit, and one more, over a part of the one before, if much is left. */
    private static int squares(int side) {
        return (side + SQUARE / 2 - 1) / SQUARE;
    }

    /** Squares of eight by eight: the halves of pairs of rows change places, then quarters, then single elements. */
    private static void transposeSquares(double[] source, int[] from, int fromShift, int n, int down,
            double[] target, int[] to, int toShift, int m, int across) {
        LongVector mask4 = LongVector.fromArray(LONGS, MASKS, 0);
        LongVector mask2 = LongVector.fromArray(LONGS, MASKS, SQUARE);
        LongVector mask1 = LongVector.fromArray(LONGS, MASKS, 2 * SQUARE);
        for (int square = 0; square < down * across; square++) {
            int row = Math.min(square / across * SQUARE, n - SQUARE);
            int column = Math.min(square % across * SQUARE, m - SQUARE);
            int shift = fromShift + column;
            int place = toShift + row;
            LongVector a0 = DoubleVector.fromArray(S, source, from[row] + shift).reinterpretAsLongs();
            LongVector a1 = DoubleVector.fromArray(S, source, from[row + 1] + shift).reinterpretAsLongs();
            LongVector a2 = DoubleVector.fromArray(S, source, from[row + 2] + shift).reinterpretAsLongs();
            LongVector a3 = DoubleVector.fromArray(S, source, from[row + 3] + shift).reinterpretAsLongs();
            LongVector a4 = DoubleVector.fromArray(S, source, from[row + 4] + shift).reinterpretAsLongs();
            LongVector a5 = DoubleVector.fromArray(S, source, from[row + 5] + shift).reinterpretAsLongs();
            LongVector a6 = DoubleVector.fromArray(S, source, from[row + 6] + shift).reinterpretAsLongs();
            LongVector a7 = DoubleVector.fromArray(S, source, from[row + 7] + shift).reinterpretAsLongs();
            LongVector x;
            x = a0.lanewise(XOR, a4.rearrange(SWAP4)).and(mask4);
            LongVector b0 = a0.lanewise(XOR, x);
            LongVector b4 = a4.lanewise(XOR, x.rearrange(SWAP4));
            x = a1.lanewise(XOR, a5.rearrange(SWAP4)).and(mask4);
            LongVector b1 = a1.lanewise(XOR, x);
            LongVector b5 = a5.lanewise(XOR, x.rearrange(SWAP4));
            x = a2.lanewise(XOR, a6.rearrange(SWAP4)).and(mask4);
            LongVector b2 = a2.lanewise(XOR, x);
            LongVector b6 = a6.lanewise(XOR, x.rearrange(SWAP4));
            x = a3.lanewise(XOR, a7.rearrange(SWAP4)).and(mask4);
            LongVector b3 = a3.lanewise(XOR, x);
            LongVector b7 = a7.lanewise(XOR, x.rearrange(SWAP4));
            x = b0.lanewise(XOR, b2.rearrange(SWAP2)).and(mask2);
            LongVector c0 = b0.lanewise(XOR, x);
            LongVector c2 = b2.lanewise(XOR, x.rearrange(SWAP2));
            x = b1.lanewise(XOR, b3.rearrange(SWAP2)).and(mask2);
            LongVector c1 = b1.lanewise(XOR, x);
            LongVector c3 = b3.lanewise(XOR, x.rearrange(SWAP2));
            x = b4.lanewise(XOR, b6.rearrange(SWAP2)).and(mask2);
            LongVector c4 = b4.lanewise(XOR, x);
            LongVector c6 = b6.lanewise(XOR, x.rearrange(SWAP2));
            x = b5.lanewise(XOR, b7.rearrange(SWAP2)).and(mask2);
            LongVector c5 = b5.lanewise(XOR, x);
            LongVector c7 = b7.lanewise(XOR, x.rearrange(SWAP2));
            x = c0.lanewise(XOR, c1.rearrange(SWAP1)).and(mask1);
            LongVector d0 = c0.lanewise(XOR, x);
            LongVector d1 = c1.lanewise(XOR, x.rearrange(SWAP1));
            x = c2.lanewise(XOR, c3.rearrange(SWAP1)).and(mask1);
            LongVector d2 = c2.lanewise(XOR, x);
            LongVector d3 = c3.lanewise(XOR, x.rearrange(SWAP1));
            x = c4.lanewise(XOR, c5.rearrange(SWAP1)).and(mask1);
            LongVector d4 = c4.lanewise(XOR, x);
            LongVector d5 = c5.lanewise(XOR, x.rearrange(SWAP1));
            x = c6.lanewise(XOR, c7.rearrange(SWAP1)).and(mask1);
            LongVector d6 = c6.lanewise(XOR, x);
            LongVector d7 = c7.lanewise(XOR, x.rearrange(SWAP1));
            d0.reinterpretAsDoubles().intoArray(target, to[column] + place);
            d1.reinterpretAsDoubles().intoArray(target, to[column + 1] + place);
            d2.reinterpretAsDoubles().intoArray(target, to[column + 2] + place);
            d3.reinterpretAsDoubles().intoArray(target, to[column + 3] + place);
            d4.reinterpretAsDoubles().intoArray(target, to[column + 4] + place);
            d5.reinterpretAsDoubles().intoArray(target, to[column + 5] + place);
            d6.reinterpretAsDoubles().intoArray(target, to[column + 6] + place);
            d7.reinterpretAsDoubles().intoArray(target, to[column + 7] + place);
        }
    }
}
