package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;

/** Targets that are numbers, one for each sample from a first one on; NaN may stand for a missing one. */
final class NumberTargets {

    private static final double[] NONE = {};

    private Elements elements;
    private Object targets = NONE;
    private int from;
    private boolean mayMiss;

    /** Targets none of which is missing. */
    void set(Elements door, Object of, int first) {
        elements = door;
        targets = of;
        from = first;
        mayMiss = false;
    }

    /** Targets of which those that are NaN are missing. */
    void setWithMissing(Elements door, Object of, int first) {
        elements = door;
        targets = of;
        from = first;
        mayMiss = true;
    }

    void share(NumberTargets other) {
        elements = other.elements;
        targets = other.targets;
        from = other.from;
        mayMiss = other.mayMiss;
    }

    void release() {
        targets = NONE;
    }

    double get(int sample) {
        return elements.get(targets, from + sample);
    }

    Object array() {
        return targets;
    }

    /** Adds the samples of a range that have a target to a block, and lets the loss skip the others. */
    void select(LossOperation loss, Block b, int first, int last) {
        if (!mayMiss) {
            b.addAll(first, last);
            return;
        }
        for (int s = first; s < last; s++) {
            if (Double.isNaN(get(s))) {
                loss.skip(s);
            } else {
                b.add(s);
            }
        }
    }

    /** The number of samples that have a target. */
    void findDenominator(Geometry g, LossSum denominator) {
        int missing = 0;
        for (int s = 0; mayMiss && s < g.samples(); s++) {
            missing += Double.isNaN(get(s)) ? 1 : 0;
        }
        denominator.setCount(g.samples() - missing);
    }
}
