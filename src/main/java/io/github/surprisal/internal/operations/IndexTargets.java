package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Geometry;

/** Targets that are class indices, one for each sample. */
final class IndexTargets {

    private static final int[] NONE = {};

    /** The targets of the samples of a block, by slot. */
    final int[] ofSlot = new int[Geometry.SLOTS];
    /** Their weights. */
    final double[] weight = new double[Geometry.SLOTS];

    private int[] targets = NONE;
    /** Where the target of sample 0 lies. */
    private int from;
    private ClassSettings settings;

    void set(Geometry g, int[] of, ClassSettings with) {
        targets = of;
        from = g.firstTarget;
        settings = with;
    }

    void share(IndexTargets other) {
        targets = other.targets;
        from = other.from;
        settings = other.settings;
    }

    void release() {
        targets = NONE;
    }

    /** The target of a sample. */
    int of(int sample) {
        return targets[from + sample];
    }

    ClassSettings settings() {
        return settings;
    }

    /** Adds the samples of a range that count to a block, and lets the loss skip the others. */
    void select(LossOperation loss, Block b, int first, int last) {
        if (!settings.maySkip()) {
            b.addAll(first, last);
            return;
        }
        for (int s = first; s < last; s++) {
            if (settings.skips(targets[from + s])) {
                loss.skip(s);
            } else {
                b.add(s);
            }
        }
    }

    /** Finds the targets of a block. */
    void begin(Block b) {
        if (b.isContiguous()) {
            System.arraycopy(targets, from + b.sample(0), ofSlot, 0, b.count());
        } else {
            for (int i = 0; i < b.count(); i++) {
                ofSlot[i] = targets[from + b.sample(i)];
            }
        }
        for (int i = 0; settings.weighs() && i < b.count(); i++) {
            weight[i] = settings.weight(ofSlot[i]);
        }
    }

    /** Sets the factors of a block. */
    void setFactors(Factors factors, Block b) {
        if (settings.weighs()) {
            factors.begin(b, weight);
        } else {
            factors.begin(b);
        }
    }

    /** The sum of the weights of all samples that are not ignored. */
    void findDenominator(Geometry g, LossSum denominator) {
        if (settings.countsAlike()) {
            denominator.setCount(g.samples());
            return;
        }
        denominator.clear();
        for (int s = 0; s < g.samples(); s++) {
            int target = targets[from + s];
            if (!settings.ignores(target)) {
                denominator.add(0, settings.weight(target), 0.0, 0);
            }
        }
        denominator.close();
    }
}
