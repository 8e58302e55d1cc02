package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;

/** Targets that are a probability for each class of each sample, dense in the layout's order. */
final class ProbabilityTargets implements ShareTargets {

    private static final double[] NONE = {};

    private Geometry geometry;
    private Elements elements;
    private Object probabilities = NONE;
    private ClassSettings settings;

    void set(Geometry g, Elements door, Object of, ClassSettings with) {
        geometry = g;
        elements = door;
        probabilities = of;
        settings = with;
    }

    void share(ProbabilityTargets other) {
        set(other.geometry, other.elements, other.probabilities, other.settings);
    }

    void release() {
        probabilities = NONE;
        geometry = null;
    }

    @Override
    public ClassSettings settings() {
        return settings;
    }

    @Override
    public void select(LossOperation loss, Block b, int first, int last) {
        b.addAll(first, last);
    }

    @Override
    public void begin(Block b) {
    }

    @Override
    public void load(Chunk c, double[] into) {
        c.loadDense(elements, probabilities, into);
    }

    @Override
    public double get(Block b, int slot, int c) {
        return elements.get(probabilities, geometry.denseAddress(b.sample(slot)) + c * geometry.inner);
    }

    @Override
    public void findDenominator(LossSum denominator) {
        denominator.setCount(geometry.samples());
    }
}
