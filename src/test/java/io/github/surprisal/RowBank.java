package io.github.surprisal;

import io.github.surprisal.RowOperation.Batch;
import io.github.surprisal.RowOperation.Input;
import java.util.Arrays;
import java.util.Random;

/**
 * Rows of a class count to make batches of: ordinary ones and some that need another way through the kernels, each with
 * targets, upstream and factor, so that a row has one result wherever it lies.
 */
final class RowBank {

    /** Distinct rows; odd, so that batches of any size mix their kinds in every place. */
    static final int SIZE = 13;
    static final int IGNORED = -100;
    /** What lies outside a layout, with a payload that copying keeps and computing does not. */
    private static final double PADDING = Double.longBitsToDouble(0x7ff8_0bad_0bad_0badL);

    private final int classes;
    private final double[][][] inputs = new double[Input.values().length][SIZE][];
    private final double[][] upstream = new double[SIZE][];
    private final double[][] targets = new double[SIZE][];
    private final int[] indices = new int[SIZE];
    private final double[] factors = new double[SIZE];
    final double[] weights;

    RowBank(int classes, long seed) {
        this.classes = classes;
        Random random = new Random(seed);
        weights = random.doubles(classes, 0.1, 3).toArray();
        for (int k = 0; k < SIZE; k++) {
            double[] logits = logits(k, random);
            inputs[Input.LOGITS.ordinal()][k] = logits;
            inputs[Input.PROBABILITIES.ordinal()][k] = Softmax.create().forward(logits, classes);
            inputs[Input.LOG_PROBABILITIES.ordinal()][k] = LogSoftmax.create().forward(logits, classes);
            upstream[k] = random.doubles(classes, -2, 2).toArray();
            targets[k] = random.doubles(classes, 0, 2.0 / classes).toArray();
            targets[k][random.nextInt(classes)] = 0;
            indices[k] = k == 5 ? IGNORED : random.nextInt(classes);
            factors[k] = k == 3 ? 1e305 : k == 4 ? 1e-305 : random.nextDouble() - 0.5;
        }
    }

    private double[] logits(int k, Random random) {
        double scale = k == 1 ? 400 : k == 6 ? 1e4 : k == 8 ? 1e-9 : 3;
        double[] logits = random.doubles(classes, -scale, scale).toArray();
        int place = random.nextInt(classes);
        switch (k) {
            case 2 -> logits[place] = Double.NEGATIVE_INFINITY;
            case 5, 9 -> logits[place] = Double.NaN;
            case 7 -> Arrays.fill(logits, Double.NEGATIVE_INFINITY);
            case 10 -> logits[place] = 900; // far above the others
            case 11 -> logits[place] = -1e308; // far below
            case 12 -> logits[place] = 200; // the last that is ordinary
            default -> { }
        }
        return logits;
    }

    /** Which row a sample of a batch is. */
    static int row(int sample) {
        return sample % SIZE;
    }

    static int at(Layout layout, int sample, int c) {
        return layout.offset() + sample / layout.inner() * layout.rowStride() + c * layout.inner()
                + sample % layout.inner();
    }

    /** A batch whose sample s is row first + s; its arrays end {@code spare} elements behind the layout. */
    Batch batch(Layout layout, Input input, int first, int spare) {
        int samples = layout.samples();
        Batch batch = new Batch(layout, padding(layout, spare), padding(layout, spare), new int[samples + spare],
                dense(samples * classes, spare), dense(samples, spare));
        Layout packed = Layout.of(layout.batch(), classes, layout.inner());
        Arrays.fill(batch.indices(), samples, samples + spare, Integer.MAX_VALUE);
        for (int s = 0; s < samples; s++) {
            int k = row(first + s);
            for (int c = 0; c < classes; c++) {
                batch.input()[at(layout, s, c)] = inputs[input.ordinal()][k][c];
                batch.upstream()[at(layout, s, c)] = upstream[k][c];
                batch.targets()[at(packed, s, c)] = targets[k][c];
            }
            batch.indices()[s] = indices[k];
            batch.factors()[s] = factors[k];
        }
        return batch;
    }

    private static double[] dense(int length, int spare) {
        double[] array = new double[length + spare];
        Arrays.fill(array, length, length + spare, PADDING);
        return array;
    }

    /** An array for a layout that holds nothing but padding. */
    static double[] padding(Layout layout, int spare) {
        int end = layout.offset() + (layout.batch() - 1) * layout.rowStride() + layout.classes() * layout.inner();
        double[] array = new double[end + spare];
        Arrays.fill(array, PADDING);
        return array;
    }

    /** An array for one value a sample. */
    static double[] perSample(Layout layout, int spare) {
        double[] array = new double[layout.samples() + spare];
        Arrays.fill(array, PADDING);
        return array;
    }

    /** Whether a value still is padding, to the bit. */
    static boolean isPadding(double value) {
        return Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits(PADDING);
    }
}
