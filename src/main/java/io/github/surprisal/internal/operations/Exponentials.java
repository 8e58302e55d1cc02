package io.github.surprisal.internal.operations;

import static io.github.surprisal.internal.kernels.Constants.*;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Scratch;
import io.github.surprisal.internal.kernels.Sums;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.RowOperation;
import java.util.Arrays;

/**
 * The exponentials of the logits, their sum, and its logarithm: the one place where softmax, log-softmax and
 * cross-entropy meet.
 *
 * <p>Of every sample one class can be kept apart, the target or the most probable one. With E its exponential and R the
 * sum of the others, log1p(R / E) is minus the logarithm of its probability and R / (R + E) the probability of all
 * others: no subtraction of what has been rounded, so that the tails keep all their digits.
 *
 * <p><b>Ordinary samples</b> (every |x| up to {@link #ORDINARY}) are exponentiated as they are: no sum or ratio can
 * leave the range, and no rounded x - max enters. R is the sum over all classes less E; as E is in it bit for bit, what
 * is lost is of the size of the sum's own low part, 2^-104 of it, and R may be 2^-34 of the sum.
 *
 * <p><b>With care</b> the class apart is kept out of the sum from the beginning, and samples that are not ordinary are
 * shifted. The shift is in the exponent: x is reduced as it is and the result scaled by 2^(HEADROOM - K) with K =
 * rint(max log2 e), so no rounded x - max enters here either. Where |max| is beyond LARGE the maximum is subtracted
 * first, which is exact for every term that does not vanish (Sterbenz), as those lie within a factor of 2 of it. Terms
 * far below the maximum, masked ones among them, are raised to where the scale makes them exactly 0.
 */
final class Exponentials {

    /** The greatest |x| of ordinary samples. */
    static final double ORDINARY = 200.0;
    /** The least R, as a part of R + E, that a subtraction gives exactly enough: a loss of 6e-11. */
    static final double CONFIDENT = 0x1p-34;
    private static final double UNSCALED = MAGIC + BIAS;
    /** Up to here x itself is reduced. Beyond, terms that count are at least half the maximum: 1535 ln 2 is 1064. */
    private static final double LARGE = 2200.0;
    /**
     * Terms are scaled by 2^HEADROOM, the greatest to about 2^512, so that terms down to 2^-1534 of the greatest stay
     * normal: subnormal results round once, in the last product. Lower terms count as 0.
     */
    private static final int HEADROOM = 512;
    /** Ratios of the sum to the exponential apart from here on are split, see {@link #farLog}. */
    private static final double FAR = 0x1p900;
    /** Ratios below this are kept scaled, so that a subnormal loss is rounded once, after its weight. */
    private static final double TINY = 0x1p-900;
    private static final int TINY_EXPONENT = -600;
    private static final double TINY_SCALE = 0x1p-600;
    private static final int NONE = -1;

    /** R, the sum of the exponentials but for the class apart; like E and the others by slot. */
    final Pairs rest = new Pairs(slots());
    /** E, the exponential of the class apart. */
    final Pairs ofApart = new Pairs(slots());
    /** R + E: the block's sum, or, with care, made of the two. */
    Pairs total;
    /** log1p(R / E) 2^-logExponent. */
    final Pairs log = new Pairs(slots());
    final int[] logExponent = new int[slots()];
    /** The class apart. */
    final int[] apart = new int[slots()];

    private final Pairs carefulTotal = new Pairs(slots());
    private final double[] magic = new double[slots()];
    private final double[] shift = new double[slots()];
    private final double[] exponent = new double[slots()];
    private final double[] bottom = new double[slots()];
    private final double[] logitApart = new double[slots()];

    private final Pairs aboveOne = new Pairs(KernelSet.STRIPES);
    private final Pairs ones = new Pairs(KernelSet.STRIPES);
    private final Pairs logs = new Pairs(KernelSet.STRIPES);

    private static int slots() {
        return Geometry.SLOTS + Scratch.APART;
    }

    /** Begins with a block, no class apart. */
    void begin(Block b) {
        int n = b.slots();
        Arrays.fill(magic, 0, n, UNSCALED);
        Arrays.fill(apart, 0, n, NONE);
        if (b.careful()) {
            Arrays.fill(shift, 0, n, 0.0);
            Arrays.fill(exponent, 0, n, 0.0);
            Arrays.fill(bottom, 0, n, Double.NEGATIVE_INFINITY);
            for (int i = 0; i < b.count(); i++) {
                if (!(b.magnitude[i] <= ORDINARY)) {
                    shift(i, b.greatest[i]);
                }
            }
        }
    }

    private void shift(int slot, double max) {
        shift[slot] = Math.abs(max) > LARGE ? max : 0.0;
        exponent[slot] = Math.rint((max - shift[slot]) * LOG2E);
        magic[slot] = UNSCALED + HEADROOM - exponent[slot];
        bottom[slot] = (exponent[slot] - HEADROOM - BIAS) * LN2_HIGH;
    }

    /** Keeps a class of a sample apart; to follow {@link #begin}. */
    void keepApart(int slot, int c, double logit) {
        apart[slot] = c;
        logitApart[slot] = logit;
    }

    /** Keeps a class of every sample apart; to follow {@link #begin}. */
    void keepApart(Block b, int[] classOfSlot, RowOperation of) {
        System.arraycopy(classOfSlot, 0, apart, 0, b.count());
        of.elements.gather(of.input(), b.base, of.geometry.inner, classOfSlot, logitApart, b.count());
    }

    /** Keeps the most probable class of every sample of a surveyed block apart, the first one among equals. */
    void keepGreatestApart(Block b, RowOperation of) {
        for (int i = 0; i < b.count(); i++) {
            int c = of.elements.indexOf(of.input(), b.base[i], of.geometry.inner, of.geometry.classes, b.greatest[i]);
            keepApart(i, Math.max(0, c), b.greatest[i]); // with NaN everything will be NaN
        }
    }

    /** Adds the exponentials of a chunk to its sums of number 0, and keeps them; returns the greatest |x|. */
    double sum(Chunk c, RowOperation of) {
        if (c.block.careful()) {
            return sumShifted(c, of);
        }
        if (c.rows()) {
            return of.elements.expSumOfRows(c, of.input(), magic);
        }
        c.loadInput(of.elements, of.input());
        return of.elements.expSumOfTile(c, magic);
    }

    private double sumShifted(Chunk c, RowOperation of) {
        c.loadInput(of.elements, of.input());
        for (int run = 0; run < c.runs(); run++) {
            Elementwise.shift(c.input, c.other, c.start(run), c.length(), c.width(), shift, bottom, run, c.scratch);
        }
        for (int i = 0; i < c.block.count(); i++) {
            int classOfChunk = apart[i] - c.from;
            if (classOfChunk >= 0 && classOfChunk < c.classes) {
                c.other[c.position(i, classOfChunk)] = zero(i);
            }
        }
        if (c.rows()) {
            return c.kernels.expSumOfRows(c.other, c.rowStarts(), 0, c.runs(), c.classes, magic,
                    c.exponentials(), c.exponentialsAt(), c.stride(), c.sums(0), c.scratch);
        }
        return c.expSumOfTile(c.other, magic);
    }

    /** A reduced logit whose exponential is exactly 0, or NaN for a sample that is NaN. */
    private double zero(int slot) {
        return (UNSCALED - magic[slot] - BIAS) * LN2_HIGH;
    }

    /** The exponentials of a chunk for its results: those kept, or found again. */
    void recall(Chunk c, RowOperation of) {
        if (!c.keepsExponentials()) {
            sum(c, of);
        }
    }

    /** Takes the sums over all classes, of samples that have no class apart. */
    void finishTotal(Block b) {
        total = b.totals[0];
    }

    /** Finds R, E and their sum; leaves to the next attempt the samples whose R a subtraction does not give. */
    void finish(Block b, RowOperation of) {
        int n = b.slots();
        exponentiateApart(b, of, n);
        if (b.careful()) {
            rest.copy(b.totals[0], b.count());
            total = carefulTotal;
            Elementwise.totals(n, rest, ofApart, total);
            return;
        }
        total = b.totals[0];
        Elementwise.differences(n, total, ofApart, rest);
        long signs = 0;
        for (int i = 0; i < b.count(); i++) {
            signs |= Double.doubleToRawLongBits(rest.high[i] - CONFIDENT * total.high[i]);
        }
        for (int i = 0; signs < 0 && i < b.count(); i++) {
            if (!(rest.high[i] >= CONFIDENT * total.high[i])) {
                b.retry(i);
            }
        }
    }

    private void exponentiateApart(Block b, RowOperation of, int n) {
        double[] x = logitApart;
        if (!b.careful()) {
            of.elements.exponentials(b.chunk, x, magic, n, ofApart);
            return;
        }
        for (int i = 0; i < b.count(); i++) {
            x[i] = Math.max(x[i] - shift[i], bottom[i]);
        }
        b.chunk.kernels.exponentials(x, magic, n, ofApart, b.chunk.scratch);
    }

    /** Finds log1p(R / E). */
    void findLogs(Block b, RowOperation of) {
        b.chunk.kernels.logs(b.slots(), rest, ofApart, log, b.chunk.scratch);
        Arrays.fill(logExponent, 0, b.count(), 0);
        for (int i = 0; b.careful() && i < b.count(); i++) {
            if (total.high[i] >= FAR * ofApart.high[i]) {
                farLog(b, i, of);
            } else if (rest.high[i] < TINY * ofApart.high[i]) {
                tinyLog(i);
            }
        }
    }

    /** Of a tiny ratio log1p(R / E) is R / E, and may be subnormal: kept times 2^600. */
    private void tinyLog(int slot) {
        double e = ofApart.high[slot] * TINY_SCALE;
        double q = rest.high[slot] / e;
        log.setSum(slot, q, (Math.fma(-q, e, rest.high[slot])
                + (rest.low[slot] - q * (ofApart.low[slot] * TINY_SCALE))) / e);
        logExponent[slot] = TINY_EXPONENT;
    }

    /**
     * log1p(R / E) of a class far below the maximum: (K ln2 + shift - x) + log((R + E) 2^-K). The first term is above
     * 600 and the second at least -1/2, so nothing cancels.
     */
    private void farLog(Block b, int slot, RowOperation of) {
        double one = Math.scalb(1.0, HEADROOM);
        aboveOne.fill(0, KernelSet.STRIPES, total.high[slot] - one, total.low[slot]);
        ones.fill(0, KernelSet.STRIPES, one, 0.0);
        b.chunk.kernels.logs(KernelSet.STRIPES, aboveOne, ones, logs, b.chunk.scratch);
        double x = of.elements.get(of.input(), b.base[slot] + apart[slot] * of.geometry.inner);
        double k = exponent[slot];
        double greatest = shift[slot] + k * LN2_HIGH; // one of shift and k is 0
        double gap = greatest - x;
        double logOfSum = logs.high[0];
        if (!(Math.abs(gap) <= Double.MAX_VALUE)) {
            log.set(slot, gap + logOfSum, 0.0); // -Infinity at the target, or too far for a double
            return;
        }
        double gapLow = Sums.error(greatest, -x) + (Math.fma(k, LN2_HIGH, -(k * LN2_HIGH)) + k * LN2_LOW);
        double sum = gap + logOfSum;
        log.setSum(slot, sum, Sums.error(gap, logOfSum) + (gapLow + logs.low[0]));
    }

    /** Writes the exponentials of a chunk times factors of the samples to a caller's array. */
    void scale(Chunk c, RowOperation of, Pairs factors, Object out) {
        recall(c, of);
        if (c.rows()) {
            of.elements.scaleRows(c, factors, out);
        } else {
            c.scale(factors, c.other);
            c.store(of.elements, c.other, out);
        }
    }
}
