package io.github.surprisal.internal;

/** A loss and its gradient, for samples block by block. Stateless. */
abstract class Criterion {

    /**
     * Finds losses and gradients of samples [first, last), and adds the losses to the block's total.
     */
    final void run(LossCall call, Block b, int first, int last) {
        if (call.indices == null || call.settings.ignored.length == 0) {
            for (int s = first; s < last; s += b.count) {
                b.begin(call.geometry, s, last, call.indices);
                b.close();
                finish(call, b);
            }
        } else {
            runKept(call, b, first, last);
        }
    }

    private void runKept(LossCall call, Block b, int first, int last) {
        b.begin(call.geometry);
        for (int s = first; s < last; s++) {
            int target = call.indices[s];
            if (call.settings.ignores(target)) {
                skip(call, s);
            } else {
                b.add(s, target);
            }
            if (b.full() || s == last - 1 && b.count > 0) {
                b.close();
                finish(call, b);
                b.begin(call.geometry);
            }
        }
    }

    /** Handles the samples of a block. */
    abstract void finish(LossCall call, Block b);

    /** Below this the rounding of a product of doubles may not be a double itself. */
    private static final double EXACT = 0x1p-960;

    /** Records the loss of a slot's sample: weight times value, the value given as two doubles, rounded once. */
    static void record(LossCall call, Block b, int slot, double weight, double high, double low) {
        record(call, b, slot, weight, high, low, 0);
    }

    /** The same times a power of 2. */
    static void record(LossCall call, Block b, int slot, double weight, double high, double low, int exponent) {
        double product = weight * high;
        double loss;
        if (Math.abs(product) < EXACT) {
            loss = product;
        } else if (Math.abs(product) <= Double.MAX_VALUE) {
            loss = product + (Math.fma(weight, high, -product) + weight * low);
        } else {
            loss = weight == 0.0 && high == high ? 0.0 : product; // 0 times an infinite loss is 0
        }
        if (exponent != 0) {
            loss = Math.scalb(loss, exponent);
        }
        if (call.losses != null) {
            call.losses[b.sample[slot]] = loss;
        }
        b.total.add(b.sample[slot], loss);
    }

    /** Records the losses of all slots, none of them extreme. */
    static void recordOrdinary(LossCall call, Block b, double[] losses) {
        for (int i = 0; call.losses != null && i < b.count; i++) {
            call.losses[b.sample[i]] = losses[i];
        }
        b.total.addOrdinary(b.sample, losses, b.count, KernelSelection.ACTIVE, b.memory);
    }

    /** An ignored sample: no loss, no gradient, its input unread. */
    private static void skip(LossCall call, int sample) {
        if (call.losses != null) {
            call.losses[sample] = 0.0;
        }
        if (call.gradient != null) {
            clear(call, call.geometry.address(sample));
        }
    }

    /** Sets the gradient of a sample to 0. */
    static void clear(LossCall call, int base) {
        Geometry g = call.geometry;
        for (int c = 0, p = base; c < g.classes; c++, p += g.inner) {
            call.gradient[p] = 0.0;
        }
    }
}
