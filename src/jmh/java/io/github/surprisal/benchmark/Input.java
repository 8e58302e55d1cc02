package io.github.surprisal.benchmark;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a benchmark is given, written as text: the dimensions, class axis second, and after a colon the kind of logits
 * unless they are ordinary. {@code 128x1000}, {@code 16x10x1024}, {@code 8x32000:masked}.
 */
record Input(int batch, int classes, int inner, Logits logits) {
    private static final Pattern TEXT = Pattern.compile("(\\d+(?:x\\d+)+)(?::(\\w+))?");

    static boolean isInput(String text) {
        return TEXT.matcher(text).matches();
    }

    static Input parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("input is " + text + ", but must be like 128x1000 or 8x32000:masked");
        }
        int[] dimensions = Arrays.stream(matcher.group(1).split("x")).mapToInt(Integer::parseInt).toArray();
        int inner = Arrays.stream(dimensions).skip(2).reduce(1, Math::multiplyExact);
        Logits logits = matcher.group(2) == null ? Logits.ordinary : Logits.valueOf(matcher.group(2));
        return new Input(dimensions[0], dimensions[1], inner, logits);
    }

    /** The text as a row of a table shows it. */
    static String label(String text) {
        return text.replaceAll("(?<=\\d)x(?=\\d)", " x ").replace(":", ", ");
    }

    int samples() {
        return Math.multiplyExact(batch, inner);
    }

    int size() {
        return Math.multiplyExact(samples(), classes);
    }
}
