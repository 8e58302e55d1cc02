package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Geometry;
import java.util.Arrays;

/**
 * What each sample's gradient is multiplied by: a weight times the upstream over the denominator, or times an upstream
 * of the sample's own.
 *
 * <p>Where that is so large or small that products with it could leave the range before the last one, a power of 2 (or
 * an infinity or NaN) is kept back and multiplied in at the end.
 */
final class Factors {

    /** Factors in between are multiplied in at once: divided by any sum, 2^-289 at least, they stay in the range. */
    private static final double SMALL = 0x1p-300;
    private static final double LARGE = 0x1p700;
    private static final int SMALL_EXPONENT = -300;
    private static final int LARGE_EXPONENT = 698;
    private static final double DAMPED = 0x1p400;
    private static final int DAMPING = 600;
    /** The exponent of a factor that is {@linkplain #lift lifted}. */
    static final int LIFTED = 500;
    /** Exponents up to this leave room for both parts of a sum of two doubles. */
    private static final int MODERATE = 900;
    private static final double[] ONE_FOR_ALL = {};

    /** By slot, without what is kept back. */
    final Pairs factor = new Pairs(Geometry.SLOTS);

    private final double[] held = new double[Geometry.SLOTS];
    private final int[] heldExponent = new int[Geometry.SLOTS];
    private boolean anyHeld;

    private double[] upstreams = ONE_FOR_ALL;
    /** Where the upstream of sample 0 lies. */
    private int from;
    private double high;
    private double low;
    private int exponent;

    /** The same factor for all samples: upstream over a denominator that is finite and not 0. */
    void setUpstream(double upstream, LossSum denominator) {
        upstreams = ONE_FOR_ALL;
        double divisor = denominator.high();
        if (denominator.exponent() == 0 && LossSum.isModerate(upstream) && LossSum.isModerate(divisor)) {
            high = upstream / divisor;
            low = (Math.fma(-high, divisor, upstream) - high * denominator.low()) / divisor;
            exponent = 0;
            return;
        }
        // with both near 1, so that no quotient leaves the range
        int e = Math.abs(upstream) <= Double.MAX_VALUE ? Math.getExponent(upstream) : 0;
        int f = Math.getExponent(denominator.high());
        double u = Math.scalb(upstream, -e);
        double d = Math.scalb(denominator.high(), -f);
        double q = u / d;
        double rest = (Math.fma(-q, d, u) - q * Math.scalb(denominator.low(), -f)) / d;
        int all = e - f - denominator.exponent();
        exponent = Math.abs(all) <= MODERATE ? 0 : all;
        high = Math.scalb(q, all - exponent);
        low = Math.scalb(rest, all - exponent);
    }

    /** The same factor for all samples. */
    void setUpstream(double upstream) {
        high = upstream;
        low = 0.0;
        exponent = 0;
        upstreams = ONE_FOR_ALL;
    }

    /** A factor for each sample. */
    void setUpstreams(double[] ofSamples, int first) {
        upstreams = ofSamples;
        from = first;
    }

    void copyUpstream(Factors other) {
        high = other.high;
        low = other.low;
        exponent = other.exponent;
        upstreams = other.upstreams;
        from = other.from;
    }

    void release() {
        upstreams = ONE_FOR_ALL;
    }

    /** Sets the factors of a block whose samples weigh 1. */
    void begin(Block b) {
        anyHeld = false;
        if (upstreams.length > 0) {
            for (int i = 0; i < b.count(); i++) {
                set(i, 1.0, upstreams[from + b.sample(i)], 0.0, 0);
            }
            return;
        }
        set(0, 1.0, high, low, exponent);
        factor.fill(0, b.slots(), factor.high[0], factor.low[0]);
        if (anyHeld) {
            Arrays.fill(held, 0, b.count(), held[0]);
            Arrays.fill(heldExponent, 0, b.count(), heldExponent[0]);
        }
    }

    /** Sets the factor of slot 0 to that of a sample that weighs 1. */
    void begin(int sample) {
        anyHeld = false;
        if (upstreams.length > 0) {
            set(0, 1.0, upstreams[from + sample], 0.0, 0);
        } else {
            set(0, 1.0, high, low, exponent);
        }
    }

    /** Sets the factors of a block with weights by slot. */
    void begin(Block b, double[] weights) {
        anyHeld = false;
        for (int i = 0; i < b.count(); i++) {
            if (upstreams.length > 0) {
                set(i, weights[i], upstreams[from + b.sample(i)], 0.0, 0);
            } else {
                set(i, weights[i], high, low, exponent);
            }
        }
    }

    /** Sets a factor to weight times the sum of two doubles times a power of 2. */
    private void set(int slot, double weight, double h, double l, int power) {
        double product = weight * h;
        held[slot] = 1.0;
        heldExponent[slot] = 0;
        if (power == 0 && Math.abs(product) >= SMALL && Math.abs(product) <= LARGE) {
            factor.set(slot, product, Math.fma(weight, h, -product) + weight * l);
        } else if (h == 0.0 || weight == 0.0 && h == h) {
            factor.set(slot, 0.0, 0.0);
        } else if (Math.abs(h) <= Double.MAX_VALUE) {
            setScaled(slot, weight, h, l, power);
        } else {
            factor.set(slot, 1.0, 0.0);
            held[slot] = product;
            anyHeld = true;
        }
    }

    private void setScaled(int slot, double weight, double h, double l, int power) {
        int e = Math.getExponent(weight);
        int f = Math.getExponent(h);
        int all = e + f + power;
        // as much of a large factor as may be: it lifts what would be rounded as a subnormal
        int kept = all < SMALL_EXPONENT ? 0 : Math.min(all, LARGE_EXPONENT);
        double u = Math.scalb(Math.scalb(weight, -e), kept);
        double v = Math.scalb(h, -f);
        factor.set(slot, u * v, Math.fma(u, v, -(u * v)) + u * Math.scalb(l, -f));
        heldExponent[slot] = all - kept;
        anyHeld |= all != kept;
    }

    /** Keeps more of a factor back, if its product with a size is so large that what follows might overflow. */
    void damp(Block b, int slot, double size) {
        if (Math.abs(factor.high[slot]) * size > DAMPED) {
            keepBack(b, slot, DAMPING);
        }
    }

    /** Makes a sample's factor large, so that nothing of what follows is subnormal, and the result 2^power times. */
    void lift(Block b, int slot, int power) {
        keepBack(b, slot, Math.getExponent(factor.high[slot]) - LIFTED);
        heldExponent[slot] += power;
    }

    private void keepBack(Block b, int slot, int power) {
        if (!anyHeld) {
            Arrays.fill(held, 0, b.count(), 1.0);
            Arrays.fill(heldExponent, 0, b.count(), 0);
            anyHeld = true;
        }
        if (factor.high[slot] != 0.0) {
            factor.set(slot, Math.scalb(factor.high[slot], -power), Math.scalb(factor.low[slot], -power));
            heldExponent[slot] += power;
        }
    }

    /** The power of 2 of a sample's factor that is kept back. */
    int heldExponent(int slot) {
        return heldExponent[slot];
    }

    /** The infinity or NaN that a sample's factor is, or 1. */
    double held(int slot) {
        return held[slot];
    }

    /** Whether anything is kept back of the factors of this block. */
    boolean holds() {
        return anyHeld;
    }

    /** (high + low) 2^power times a sample's factor and what was kept back of it, rounded once. */
    double times(int slot, double high, double low, int power) {
        double f = factor.high[slot];
        double g = factor.low[slot];
        double size = Math.abs(high);
        if (power == 0 && !anyHeld && size >= SMALL && size <= DAMPED) {
            double product = f * high;
            return product + (Math.fma(f, high, -product) + (f * low + g * high));
        }
        double special = anyHeld ? held[slot] : 1.0;
        if (f == 0.0 && high == high) {
            return 0.0; // also 0 times an infinite derivative
        }
        if (!(size <= Double.MAX_VALUE) || high == 0.0) {
            return high * f * special;
        }
        // both near 1, so that no part of the product leaves the range
        int e = Math.getExponent(f);
        int h = Math.getExponent(high);
        double a = Math.scalb(f, -e);
        double b = Math.scalb(high, -h);
        double product = a * b;
        double sum = product + (Math.fma(a, b, -product) + (a * Math.scalb(low, -h) + Math.scalb(g, -e) * b));
        return Math.scalb(sum, e + h + power + (anyHeld ? heldExponent[slot] : 0)) * special;
    }

    /** A number of a sample times what was kept back of its factor. */
    double restore(int slot, double value) {
        return anyHeld ? Math.scalb(value, heldExponent[slot]) * held[slot] : value;
    }

    /** Multiplies the results of a chunk by what was kept back, before the caller's array rounds them. */
    void finish(Chunk c, double[] results) {
        for (int i = 0; anyHeld && i < c.block.count(); i++) {
            if (held[i] != 1.0 || heldExponent[i] != 0) {
                for (int k = 0; k < c.classes; k++) {
                    int at = c.position(i, k);
                    results[at] = restore(i, results[at]);
                }
            }
        }
    }
}
