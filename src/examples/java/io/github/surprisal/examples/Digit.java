package io.github.surprisal.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A handwritten digit of 8x8 grey pixels.
 *
 * <p>Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning
 * Repository, doi:10.24432/C50P49, CC BY 4.0.
 *
 * @param pixels [PIXELS], row by row, from 0 (paper) to 1 (ink)
 * @param label the digit that was meant, the target of the loss
 */
record Digit(double[] pixels, int label) {

    static final int SIDE = 8;
    static final int PIXELS = SIDE * SIDE;
    static final int CLASSES = 10;

    private static final double DARKEST = 16;

    static List<Digit> load() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Digit.class.getResourceAsStream("/digits/digits.csv.gz")),
                StandardCharsets.US_ASCII))) {
            return lines.lines().map(Digit::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Digit parse(String line) {
        int[] numbers = Arrays.stream(line.split(",")).mapToInt(Integer::parseInt).toArray();
        double[] pixels = Arrays.stream(numbers, 0, PIXELS).mapToDouble(ink -> ink / DARKEST).toArray();
        return new Digit(pixels, numbers[PIXELS]);
    }

    /** The pixels of a batch, [batch, PIXELS]. */
    static double[] pixels(List<Digit> batch) {
        double[] pixels = new double[batch.size() * PIXELS];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).pixels, 0, pixels, i * PIXELS, PIXELS);
        }
        return pixels;
    }

    /** The labels of a batch, [batch]. */
    static int[] labels(List<Digit> batch) {
        return batch.stream().mapToInt(Digit::label).toArray();
    }
}
