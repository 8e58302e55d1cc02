package io.github.surprisal.benchmark;

/**
 * What a benchmark is given, written as text: the dimensions, class axis second, and after a colon the kind of logits
 * unless they are ordinary. {@code 128x1000}, {@code 16x10x1024}, {@code 8x32000:masked}.
 */
record Input(int batch, int classes, int inner, Logits logits) {
    static boolean isInput(String text) {
        return text.matches("\\d+(x\\d+)+(:\\w+)?");
    }

    /** Without streams and lambdas: whoever loads them first in a cold VM pays for them. */
    static Input parse(String text) {
        String[] parts = text.split(":");
        String[] dimensions = parts[0].split("x");
        int inner = 1;
        for (int i = 2; i < dimensions.length; i++) {
            inner = Math.multiplyExact(inner, Integer.parseInt(dimensions[i]));
        }
        Logits logits = parts.length == 1 ? Logits.ordinary : Logits.named(parts[1]);
        return new Input(Integer.parseInt(dimensions[0]), Integer.parseInt(dimensions[1]), inner, logits);
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
