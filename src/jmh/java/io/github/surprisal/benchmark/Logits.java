package io.github.surprisal.benchmark;

import java.util.List;

/** The kinds of logits; the constants bear the names that the command line uses. */
enum Logits {
    /** Drawn from N(0, 3^2). */
    ordinary,

    /** A third of each sample's classes at -Infinity, drawn anew for each sample, never the target. */
    masked,

    /** Each logit moved by 300, up or down at random: exp overflows without a maximum subtracted. */
    large;

    static Logits named(String name) {
        for (Logits logits : values()) {
            if (logits.name().equals(name)) {
                return logits;
            }
        }
        throw new IllegalArgumentException("logits are " + name + ", but must be one of " + List.of(values()));
    }
}
