package io.github.surprisal.integrations;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Handwritten digits of 8x8 grey pixels, every fourth one kept for judging.
 *
 * <p>Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning
 * Repository, doi:10.24432/C50P49, CC BY 4.0.
 *
 * @param pixels [digits][64], from 0 (paper) to 1 (ink)
 * @param labels [digits], 0 to 9
 */
record Digits(double[][] pixels, int[] labels) {

    static final int CLASSES = 10;

    private static final int PIXELS = 64;
    private static final double DARKEST = 16;
    private static final int KEPT = 4;

    static Digits forTraining() {
        return of(load().filter(line -> line.number % KEPT != 0).toList());
    }

    static Digits forJudging() {
        return of(load().filter(line -> line.number % KEPT == 0).toList());
    }

    private record Line(int number, int[] values) {
    }

    private static Stream<Line> load() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Digits.class.getResourceAsStream("/digits/digits.csv.gz")),
                StandardCharsets.US_ASCII))) {
            List<String> lines = in.lines().toList();
            return IntStream.range(0, lines.size()).mapToObj(i -> new Line(i,
                    Arrays.stream(lines.get(i).split(",")).mapToInt(Integer::parseInt).toArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Digits of(List<Line> lines) {
        double[][] pixels = lines.stream().map(line -> Arrays.stream(line.values, 0, PIXELS)
                .mapToDouble(ink -> ink / DARKEST).toArray()).toArray(double[][]::new);
        return new Digits(pixels, lines.stream().mapToInt(line -> line.values[PIXELS]).toArray());
    }
}
