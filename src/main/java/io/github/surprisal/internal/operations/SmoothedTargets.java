package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Geometry;
import java.util.Arrays;

/** Targets that are class indices seen as probabilities: 1 at the index. */
final class SmoothedTargets implements ShareTargets {

    final IndexTargets indices = new IndexTargets();
    private Geometry geometry;

    void set(Geometry g, int[] of, ClassSettings with) {
        geometry = g;
        indices.set(g, of, with);
    }

    void share(SmoothedTargets other) {
        geometry = other.geometry;
        indices.share(other.indices);
    }

    void release() {
        geometry = null;
        indices.release();
    }

    @Override
    public ClassSettings settings() {
        return indices.settings();
    }

    @Override
    public void select(LossOperation loss, Block b, int first, int last) {
        indices.select(loss, b, first, last);
    }

    @Override
    public void begin(Block b) {
        indices.begin(b);
    }

    @Override
    public void load(Chunk c, double[] into) {
        Arrays.fill(into, 0, c.extent(), 0.0);
        for (int i = 0; i < c.block.count(); i++) {
            int classOfChunk = indices.ofSlot[i] - c.from;
            if (classOfChunk >= 0 && classOfChunk < c.classes) {
                into[c.position(i, classOfChunk)] = 1.0;
            }
        }
    }

    @Override
    public double get(Block b, int slot, int c) {
        return indices.ofSlot[slot] == c ? 1.0 : 0.0;
    }

    @Override
    public void findDenominator(LossSum denominator) {
        indices.findDenominator(geometry, denominator);
    }
}
