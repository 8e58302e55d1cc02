package io.github.surprisal.internal.operations;

import static io.github.surprisal.internal.kernels.Constants.*;

import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;

/**
 * Cross-entropy with class indices for so few logits that the walk with its blocks would cost more than they do: the
 * same operations as those of the kernels in the same order, one number at a time, so the same bits. Samples that are
 * not ordinary are left to the walk.
 */
final class SmallBatch {

    private static final int MOST_LOGITS = 256;
    /** Longer sums have stripes. */
    private static final int MOST_CLASSES = Geometry.FEW;

    private static final long ORDINARY_BITS = Double.doubleToRawLongBits(Exponentials.ORDINARY);

    private final double[] e = new double[MOST_LOGITS];
    // by sample
    private final double[] rest = new double[MOST_LOGITS];
    private final double[] restLow = new double[MOST_LOGITS];
    private final double[] total = new double[MOST_LOGITS];
    private final double[] totalLow = new double[MOST_LOGITS];
    private final double[] apart = new double[MOST_LOGITS];
    private final double[] apartLow = new double[MOST_LOGITS];
    /** The loss that was asked for. */
    private double logHigh;
    private double logLow;

    /** Whether a batch is so small, and one of doubles: floats have exponentials of their own. */
    static boolean fits(Elements elements, Geometry g, KernelSet kernels) {
        return elements == Elements.DOUBLES && g.classes <= MOST_CLASSES
                && g.logits() <= Math.min(MOST_LOGITS, kernels.fewLogits());
    }

    /** Finds the sums of all samples; returns whether all of them are ordinary. */
    boolean sum(Elements elements, Object logits, Geometry g, IndexTargets targets) {
        for (int s = 0, at = 0; s < g.samples(); s++, at += g.classes) {
            if (!sum(elements, logits, g.address(s), g.inner, g.classes, targets.of(s), at, s)) {
                return false;
            }
        }
        return true;
    }

    private boolean sum(Elements elements, Object logits, int base, int step, int classes, int target, int at, int s) {
        long magnitude = 0;
        double sum = 0.0;
        double low = 0.0;
        for (int c = 0, p = base; c < classes; c++, p += step) {
            double x = elements.get(logits, p);
            // as integers, so that NaN counts as the greatest
            magnitude = Math.max(magnitude, Double.doubleToRawLongBits(x) & MAGNITUDE_BITS);
            // k = rint(x log2(e)); k + BIAS then stands in the low bits of shifted
            double shifted = Math.fma(x, LOG2E, MAGIC + BIAS);
            double k = shifted - (MAGIC + BIAS);
            // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
            double a = Math.fma(k, -LN2_HIGH, x);
            double r = Math.fma(k, -LN2_LOW, a);
            // 1 + r = h + tail, which also takes up the rounding of r
            double h = r + 1.0;
            double tail = Math.fma(k, -LN2_LOW, (1.0 - h) + a);
            // (exp(r) - 1 - r) / r^2 by Horner's rule in r^2
            double r2 = r * r;
            double q = Math.fma(Math.fma(r, E11, E10), r2, Math.fma(r, E9, E8));
            q = Math.fma(Math.fma(q, r2, Math.fma(r, E7, E6)), r2, Math.fma(r, E5, E4));
            q = Math.fma(q, r2, Math.fma(r, E3, 0.5));
            // exp(r) = h + t = p + (h - p + t), p nearest; then times 2^k
            double t = Math.fma(r2, q, tail);
            double nearest = h + t;
            double power = Double.longBitsToDouble(Double.doubleToRawLongBits(shifted) << 52);
            double v = nearest * power;
            double vl = ((h - nearest) + t) * power;
            e[at + c] = v;
            if (c == target) {
                apart[s] = v;
                apartLow[s] = vl;
            }
            // sum + v = next + error exactly
            double next = sum + v;
            double part = next - sum;
            low = low + ((sum - (next - part)) + (v - part) + vl);
            sum = next;
        }
        double all = sum + low;
        total[s] = all;
        totalLow[s] = (sum - all) + low;
        // R = S - E
        double difference = all - apart[s];
        double part = difference - all;
        double l = ((all - (difference - part)) - (apart[s] + part)) + (totalLow[s] - apartLow[s]);
        rest[s] = difference + l;
        restLow[s] = (difference - rest[s]) + l;
        return magnitude <= ORDINARY_BITS && rest[s] >= Exponentials.CONFIDENT * all;
    }

    /** Finds log1p(R / E) of a sample. */
    void findLog(int s) {
        double eh = apart[s];
        double el = apartLow[s];
        double rh = rest[s];
        double rl = restLow[s];
        double sh = eh + rh;
        double part = sh - eh;
        double sl = (eh - (sh - part)) + (rh - part) + (el + rl);
        // power = 2^k with s / (e 2^k) in [sqrt(1/2), sqrt(2)]
        long above = Double.doubleToRawLongBits(sh / eh) - SQRT_HALF_BITS;
        double power = Double.longBitsToDouble((above & EXPONENT_BITS) + ONE_BITS);
        double k = Double.longBitsToDouble(above + ONE_BITS >>> 52 | TWO_52_BITS) - (0x1p52 + BIAS);
        double dh = eh * power;
        double th = sh + dh;
        double bit = th - sh;
        double tl = (sh - (th - bit)) + (dh - bit) + Math.fma(el, power, sl);
        // s - e 2^k = r - e (2^k - 1), which for k = 0 is r itself
        double f = power - 1.0;
        double fl = (power - f) - 1.0;
        double g = eh * f;
        double gl = Math.fma(eh, f, -g) + Math.fma(el, f, eh * fl);
        double nh = rh - g;
        double piece = nh - rh;
        double nl = (rh - (nh - piece)) - (g + piece) + (rl - gl);
        double ah = nh + nh;
        double z = ah / th;
        double zl = (Math.fma(-z, th, ah) + ((nl + nl) - z * tl)) / th;
        double zh = z + zl;
        zl = (z - zh) + zl;
        // log(s / (e 2^k)) = 2 atanh(z / 2), the polynomial being in u = z / 2
        double u = zh * 0.5;
        double u2 = u * u;
        double u4 = u2 * u2;
        double p = Math.fma(Math.fma(Math.fma(Math.fma(u2, A7, A6), u4, Math.fma(u2, A5, A4)), u4,
                Math.fma(u2, A3, A2)), u4, Math.fma(u2, A1, A0));
        double low = Math.fma(u2 * u, p, Math.fma(u2, zl, zl));
        // plus k ln2, whose high part is exact and, unless 0, above z
        double kh = k * LN2_HIGH;
        double lh = kh + zh;
        double ll = (kh - lh) + zh + Math.fma(k, LN2_LOW, low);
        logHigh = lh + ll;
        logLow = (lh - logHigh) + ll;
    }

    double logHigh() {
        return logHigh;
    }

    double logLow() {
        return logLow;
    }

    /** Writes the gradient of a sample, times the factor of slot 0. */
    void write(Elements elements, Object gradient, Geometry g, int s, int target, Factors factors) {
        double factor = factors.factor.high[0];
        double factorLow = factors.factor.low[0];
        double q = factor / total[s];
        double ql = (Math.fma(-q, total[s], factor) + (factorLow - q * totalLow[s])) / total[s];
        double scale = q + ql;
        double scaleLow = (q - scale) + ql;
        int base = g.address(s);
        for (int c = 0, p = base, at = s * g.classes; c < g.classes; c++, p += g.inner, at++) {
            elements.set(gradient, p, factors.restore(0, Math.fma(e[at], scale, e[at] * scaleLow)));
        }
        double h = rest[s] * scale;
        double l = Math.fma(rest[s], scale, -h) + (rest[s] * scaleLow + restLow[s] * scale);
        elements.set(gradient, base + target * g.inner, factors.restore(0, -(h + l)));
    }
}
