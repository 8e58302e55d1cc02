package io.github.surprisal.internal;

import java.util.Arrays;

/**
 * What each sample's gradient is multiplied by: its class weight times the upstream over the denominator.
 *
 * <p>Where that is so large or small that products with it could leave the range before the last one, a power of 2 (or
 * an infinity or NaN) is kept back and multiplied in at the end.
 */
final class Factors {

    /** Factors in between are multiplied in at once: divided by any sum, 2^-289 at least, they stay in the range. */
    private static final double SMALL = 0x1p-300;
    private static final double LARGE = 0x1p700;

    private final Block b;
    private final double[] held = new double[Geometry.SLOTS];
    private final int[] heldExponent = new int[Geometry.SLOTS];
    private boolean anyHeld;

    Factors(Block block) {
        this.b = block;
    }

    /** Sets the factor of every sample of the block to 1. */
    void setOne() {
        Arrays.fill(b.factorHigh, 0, b.slots(), 1.0);
        Arrays.fill(b.factorLow, 0, b.slots(), 0.0);
        anyHeld = false;
    }

    /** Sets the factor of every sample of the block; {@code weights} by slot, or null for 1 each. */
    void set(LossCall call, double[] weights) {
        anyHeld = false;
        if (weights == null && call.upstreams == null) {
            setAll(call.factorHigh, call.factorLow, call.factorExponent);
            return;
        }
        for (int i = 0; i < b.count; i++) {
            double weight = weights == null ? 1.0 : weights[i];
            if (call.upstreams == null) {
                set(i, weight, call.factorHigh, call.factorLow, call.factorExponent);
            } else {
                set(i, weight, call.upstreams[b.sample[i]], 0.0, 0);
            }
        }
    }

    private void setAll(double high, double low, int exponent) {
        set(0, 1.0, high, low, exponent);
        Arrays.fill(b.factorHigh, 0, b.slots(), b.factorHigh[0]);
        Arrays.fill(b.factorLow, 0, b.slots(), b.factorLow[0]);
        if (anyHeld) {
            Arrays.fill(held, held[0]);
            Arrays.fill(heldExponent, heldExponent[0]);
        }
    }

    /** Sets a factor to weight times the sum of two doubles times a power of 2. */
    private void set(int slot, double weight, double high, double low, int exponent) {
        double product = weight * high;
        double size = Math.abs(product);
        held[slot] = 1.0;
        heldExponent[slot] = 0;
        boolean zero = high == 0.0 || weight == 0.0 && high == high;
        if (zero || exponent == 0 && size >= SMALL && size <= LARGE) {
            b.factorHigh[slot] = zero ? 0.0 : product;
            b.factorLow[slot] = zero ? 0.0 : Math.fma(weight, high, -product) + weight * low;
        } else if (Math.abs(high) <= Double.MAX_VALUE) {
            int e = Math.getExponent(weight);
            int f = Math.getExponent(high);
            int all = e + f + exponent;
            // as much of a large factor as may be: it lifts what would be rounded as a subnormal
            int kept = Math.max(0, Math.min(all, Math.getExponent(LARGE) - 2));
            double u = Math.scalb(Math.scalb(weight, -e), kept);
            double v = Math.scalb(high, -f);
            b.factorHigh[slot] = u * v;
            b.factorLow[slot] = Math.fma(u, v, -(u * v)) + u * Math.scalb(low, -f);
            heldExponent[slot] = all - kept;
            anyHeld = true;
        } else {
            b.factorHigh[slot] = 1.0;
            b.factorLow[slot] = 0.0;
            held[slot] = product;
            anyHeld = true;
        }
    }

    /** Multiplies by what was kept back. */
    void finish(double[] out) {
        for (int i = 0; anyHeld && i < b.count; i++) {
            if (held[i] != 1.0 || heldExponent[i] != 0) {
                for (int c = 0, p = b.base[i]; c < b.geometry.classes; c++, p += b.geometry.inner) {
                    out[p] = Math.scalb(out[p], heldExponent[i]) * held[i];
                }
            }
        }
    }
}
