package io.github.surprisal;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;

/**
 * A batch drawn at random: shape, place in the array, logits of all kinds, targets, weights, and what multiplies the
 * gradient. The seed determines all of it.
 */
final class RandomBatch {

    private static final double[] SCALES = {1e-8, 1e-3, 0.1, 1, 5, 30, 300, 1e5, 1e16, 1e100, 1e300};
    private static final double[] UPSTREAMS = {1, -1, 1e-3, 0x1p20, -0.37, 1.0 / 3};
    private static final int[] BOUNDARIES = {1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 129, 200};

    /** A target that is ignored in every batch drawn here. */
    static final int IGNORED = -1;

    final Layout layout;
    final int offset;
    final int rowStride;
    final double[][] rows;
    final int[] labels;
    final double[][] probabilities;

    /** Null for none. */
    final double[] weights;
    final double smoothing;
    final Set<Integer> ignored = Set.of(IGNORED, 1000);
    final double upstream;
    final double[] upstreamPerSample;
    final boolean parallel;
    final boolean inPlace;

    private final Random random;

    RandomBatch(long seed) {
        random = new Random(seed);
        int batch = random.nextInt(10);
        int classes = random.nextInt(4) == 0 ? BOUNDARIES[random.nextInt(BOUNDARIES.length)] : 1 + random.nextInt(20);
        int[] inner = switch (random.nextInt(4)) {
            case 0 -> new int[] {1 + random.nextInt(9)};
            case 1 -> new int[] {1 + random.nextInt(3), 1 + random.nextInt(3)};
            default -> new int[0];
        };
        Layout dense = Layout.of(batch, classes, inner);
        boolean padded = random.nextInt(3) == 0;
        offset = padded ? random.nextInt(7) : 0;
        rowStride = classes * dense.inner() + (padded ? random.nextInt(5) : 0);
        layout = padded ? dense.at(offset).withRowStride(rowStride) : dense;
        weights = random.nextBoolean() ? null : weights(classes);
        rows = new double[dense.samples()][];
        Arrays.setAll(rows, n -> logits(classes));
        smoothing = random.nextBoolean() ? 0 : random.nextInt(8) == 0 ? 1 : random.nextDouble() * 0.4;
        labels = new int[rows.length];
        Arrays.setAll(labels, n -> label(rows[n]));
        probabilities = new double[rows.length][];
        Arrays.setAll(probabilities, n -> distribution(rows[n]));
        upstream = UPSTREAMS[random.nextInt(UPSTREAMS.length)];
        upstreamPerSample = new double[rows.length];
        Arrays.setAll(upstreamPerSample, n -> UPSTREAMS[random.nextInt(UPSTREAMS.length)]);
        parallel = random.nextInt(3) == 0;
        inPlace = random.nextBoolean();
    }

    private double[] logits(int classes) {
        double[] row = new double[classes];
        double scale = SCALES[random.nextInt(SCALES.length)];
        Arrays.setAll(row, c -> scale * random.nextGaussian());
        int special = random.nextInt(classes);
        switch (random.nextInt(12)) {
            case 0 -> Arrays.setAll(row, c -> 1e8 + random.nextGaussian());
            case 1 -> Arrays.setAll(row, c -> random.nextInt(3) == 0 ? Double.NEGATIVE_INFINITY : row[c]);
            // Gaps of 700 to 750: probabilities around the smallest normal and subnormal doubles.
            case 2 -> Arrays.setAll(row, c -> c == special ? 1 : -700 - 50 * random.nextDouble());
            case 3 -> Arrays.setAll(row, c -> Math.rint(2 * random.nextDouble()));
            case 4 -> row[special] += 20 + 100 * random.nextDouble();
            case 5 -> Arrays.fill(row, scale);
            case 6 -> row[special] = random.nextInt(6) > 0 ? row[special]
                    : random.nextBoolean() ? Double.NaN : Double.POSITIVE_INFINITY;
            default -> { }
        }
        if (weights != null && ExactRow.of(row) == null) {
            // What weight 0 makes of a NaN is no question of accuracy.
            Arrays.setAll(weights, c -> weights[c] == 0 ? 1 : weights[c]);
        }
        return row;
    }

    private double[] weights(int classes) {
        double[] drawn = new double[classes];
        Arrays.setAll(drawn, c -> random.nextInt(10) == 0 ? 0 : 0.1 + 4 * random.nextDouble());
        return drawn;
    }

    /** An ignored label, the largest logit, or any class. */
    private int label(double[] row) {
        if (random.nextInt(8) == 0) {
            return random.nextBoolean() ? IGNORED : 1000;
        }
        int label = random.nextInt(row.length);
        if (random.nextInt(3) == 0) {
            for (int c = 0; c < row.length; c++) {
                label = row[c] > row[label] ? c : label;
            }
        }
        return label;
    }

    /** Class probabilities: a normalised draw, one of them with zeros, a single 1, no distribution at all. */
    private double[] distribution(double[] row) {
        double[] drawn = new double[row.length];
        Arrays.setAll(drawn, c -> random.nextDouble());
        if (ExactRow.of(row) == null) {
            return drawn;
        }
        switch (random.nextInt(5)) {
            case 0 -> {
                Arrays.fill(drawn, 0);
                drawn[random.nextInt(drawn.length)] = 1;
            }
            case 1 -> Arrays.setAll(drawn, c -> random.nextInt(3) == 0 ? 0 : drawn[c]);
            // The model's own prediction, where the gradient all but vanishes.
            case 2 -> {
                return Oracle.softmax(row);
            }
            default -> {
                double sum = Arrays.stream(drawn).sum();
                Arrays.setAll(drawn, c -> drawn[c] / sum);
            }
        }
        return drawn;
    }

    /** An upstream gradient for a vector-Jacobian product: dense, sparse, or a single 1. */
    double[][] upstreamRows() {
        double[][] drawn = new double[rows.length][layout.classes()];
        for (double[] row : drawn) {
            int kind = random.nextInt(3);
            int hot = random.nextInt(row.length);
            Arrays.setAll(row, c -> switch (kind) {
                case 0 -> random.nextGaussian();
                case 1 -> random.nextBoolean() ? 0 : random.nextGaussian();
                default -> c == hot ? 1 : 0;
            });
        }
        return drawn;
    }

    /** Where class c of sample n lies in the array: the definition of a layout, written out. */
    int position(int n, int c) {
        int inner = layout.inner();
        return offset + n / inner * rowStride + c * inner + n % inner;
    }

    /** An array of the layout's size with NaN as padding and, unless null, the rows in their places. */
    double[] array(double[][] values) {
        double[] array = new double[offset + layout.batch() * rowStride];
        Arrays.fill(array, Double.NaN);
        for (int n = 0; values != null && n < values.length; n++) {
            for (int c = 0; c < values[n].length; c++) {
                array[position(n, c)] = values[n][c];
            }
        }
        return array;
    }

    /** The same rows without padding: how class probabilities are passed. */
    double[] dense(double[][] values) {
        double[] array = new double[layout.samples() * layout.classes()];
        for (int n = 0; n < values.length; n++) {
            for (int c = 0; c < values[n].length; c++) {
                array[Batches.position(layout, n, c)] = values[n][c];
            }
        }
        return array;
    }

    double[] row(double[] array, int n) {
        double[] row = new double[layout.classes()];
        Arrays.setAll(row, c -> array[position(n, c)]);
        return row;
    }

    boolean paddingIsUntouched(double[] array) {
        double[] rest = array.clone();
        for (int n = 0; n < rows.length; n++) {
            for (int c = 0; c < layout.classes(); c++) {
                rest[position(n, c)] = Double.NaN;
            }
        }
        return Arrays.equals(rest, array(null));
    }
}
