package io.github.surprisal.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * Handwritten digits, 8x8 grey pixels each.
 *
 * <p>Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning
 * Repository, doi:10.24432/C50P49, CC BY 4.0.
 *
 * @param pixels [size, PIXELS], row-major, from 0 (paper) to 1 (ink)
 * @param labels [size], the digit each image shows: the targets of the loss
 */
record Digits(double[] pixels, int[] labels) {

    static final int SIDE = 8;
    static final int PIXELS = SIDE * SIDE;
    static final int CLASSES = 10;

    private static final double DARKEST = 16;
    /** One digit in five is held out. */
    private static final int FOLDS = 5;

    /** Digits to learn from, and digits to judge by. */
    record Split(Digits train, Digits test) {
    }

    int size() {
        return labels.length;
    }

    static Digits load() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Digits.class.getResourceAsStream("/digits/digits.csv.gz")),
                StandardCharsets.US_ASCII))) {
            return parse(reader.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Digits parse(List<String> lines) {
        Digits digits = allocate(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            String[] fields = lines.get(i).split(",");
            for (int p = 0; p < PIXELS; p++) {
                digits.pixels[i * PIXELS + p] = Integer.parseInt(fields[p]) / DARKEST;
            }
            digits.labels[i] = Integer.parseInt(fields[PIXELS]);
        }
        return digits;
    }

    static Digits allocate(int size) {
        return new Digits(new double[size * PIXELS], new int[size]);
    }

    /** Splits at random, with the same share of every class on both sides (a stratified split). */
    Split split(Random random) {
        int[] order = shuffledOrder(random);
        int[] train = new int[size()];
        int[] test = new int[size()];
        int trainSize = 0;
        int testSize = 0;
        int[] seen = new int[CLASSES];
        for (int i : order) {
            if (seen[labels[i]]++ % FOLDS == 0) {
                test[testSize++] = i;
            } else {
                train[trainSize++] = i;
            }
        }
        return new Split(select(train, trainSize), select(test, testSize));
    }

    private Digits select(int[] indices, int count) {
        Digits selection = allocate(count);
        gather(indices, 0, count, selection);
        return selection;
    }

    /** Copies the digits order[from], ..., order[from + count - 1] to the beginning of {@code destination}. */
    void gather(int[] order, int from, int count, Digits destination) {
        for (int i = 0; i < count; i++) {
            int source = order[from + i];
            System.arraycopy(pixels, source * PIXELS, destination.pixels, i * PIXELS, PIXELS);
            destination.labels[i] = labels[source];
        }
    }

    /** Returns 0, ..., size - 1 in random order. */
    int[] shuffledOrder(Random random) {
        int[] order = new int[size()];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
