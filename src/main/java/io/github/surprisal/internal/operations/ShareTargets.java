package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;

/** Targets that give every class of a sample a part t: class probabilities, or an index of which smoothing takes. */
interface ShareTargets {

    ClassSettings settings();

    /** Adds the samples of a range that count to a block, and lets the loss skip the others. */
    void select(LossOperation loss, Block b, int first, int last);

    /** Finds the targets of a block. */
    void begin(Block b);

    /** Loads t of the classes of a chunk. */
    void load(Chunk c, double[] into);

    /** t of one class. */
    double get(Block b, int slot, int c);

    /** What the mean divides by. */
    void findDenominator(LossSum denominator);
}
