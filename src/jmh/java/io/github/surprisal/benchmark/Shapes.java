package io.github.surprisal.benchmark;

import java.util.Arrays;

/** Dimensions written as text: {@code 128x1000}, {@code 16x10x1024}. */
final class Shapes {
    private Shapes() {}

    static boolean isShape(String text) {
        return text.matches("\\d+(x\\d+)+");
    }

    static int[] parse(String shape) {
        if (!isShape(shape)) {
            throw new IllegalArgumentException("shape is " + shape + ", but must be like 128x1000");
        }
        return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    /** How many logits a batch of this shape holds. */
    static int logits(String shape) {
        return Arrays.stream(parse(shape)).reduce(1, Math::multiplyExact);
    }
}
