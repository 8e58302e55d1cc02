package io.github.surprisal.benchmark;

import java.util.List;
import java.util.Optional;

/** Inputs that belong together; the constants bear the names that the command line uses. */
enum Group {
    /** Batches. */
    standard(
            "4096x2", "1024x10", "256x100", "128x1000", "16x32000", "8x128256", "256x32000", "16x10x1024", "8x100x196"),

    /** What a call costs beside its logits. */
    single("1x2", "1x10", "1x100", "1x1000", "8x10"),

    masked("1024x10:masked", "256x100:masked", "128x1000:masked", "8x32000:masked"),

    large("1024x10:large", "256x100:large", "128x1000:large"),

    /** For the first calls of a VM instead of the later ones. */
    cold("64x10");

    final List<String> inputs;

    Group(String... inputs) {
        this.inputs = List.of(inputs);
    }

    static Optional<Group> named(String name) {
        return List.of(values()).stream().filter(group -> group.name().equals(name)).findFirst();
    }
}
