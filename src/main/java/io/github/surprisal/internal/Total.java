package io.github.surprisal.internal;

import java.util.Arrays;

/**
 * The sum of the losses of a batch in a fixed order, whatever the blocks and threads they come from. The samples are in
 * groups (see {@link Geometry#group}). Within a group there are eight stripes, sample {@code s} in stripe
 * {@code s % 8}, each with its low part, and one tree at the end; the sums of the groups are added one after the other.
 */
final class Total {

    /** Losses from here on are added on a smaller scale, so that the mean of two huge ones is not infinite. */
    private static final double HUGE = 0x1p960;
    private static final double DOWN = 0x1p-60;
    /** Doubles that a sum is made of: high and low part, the same of the huge losses, and those not finite. */
    private static final int PARTS = 5;

    private final double[] stripeHigh = new double[KernelSet.STRIPES];
    private final double[] stripeLow = new double[KernelSet.STRIPES];
    /** The sum of this group, but for the first two parts until it ends; and of all groups that have ended. */
    private final double[] group = new double[PARTS];
    private final double[] all = new double[PARTS];

    private int size;
    private int index;
    private int end;
    private double[] sums;

    /** Room for the sums of all groups of a batch. */
    static double[] sums(Geometry g) {
        return new double[((g.samples() - 1) / g.group + 1) * PARTS];
    }

    /** Begins the sum over groups of a size. Their sums go to an array, or, if that is null, are added up. */
    void begin(int groupSize, double[] groupSums) {
        size = groupSize;
        sums = groupSums;
        end = 0;
        Arrays.fill(all, 0.0);
        clearGroup();
    }

    /** Adds a loss. Samples come in ascending order. */
    void add(int sample, double loss) {
        if (sample >= end) {
            nextGroup(sample);
        }
        double magnitude = Math.abs(loss);
        if (magnitude < HUGE) {
            int stripe = sample & KernelSet.STRIPES - 1;
            double sum = stripeHigh[stripe];
            stripeLow[stripe] += Sums.error(sum, loss);
            stripeHigh[stripe] = sum + loss;
        } else if (magnitude <= Double.MAX_VALUE) {
            addPair(group, 2, loss * DOWN, 0.0);
        } else {
            group[4] += loss;
        }
    }

    /** The same for several samples, whose losses are all below HUGE. */
    void addOrdinary(int[] samples, double[] losses, int count, KernelSet kernels, double[][] memory) {
        int i = 0;
        int last = samples[count - 1];
        if (last - samples[0] == count - 1) {
            while (i < count && (samples[i] % KernelSet.STRIPES != 0 || samples[i] >= end)) {
                add(samples[i], losses[i++]);
            }
            if (last < end) {
                int n = count - i & -KernelSet.STRIPES;
                kernels.sums(losses, i, n, KernelSet.STRIPES, stripeHigh, stripeLow, memory);
                i += n;
            }
        }
        for (; i < count; i++) {
            add(samples[i], losses[i]);
        }
    }

    private void nextGroup(int sample) {
        endGroup();
        index = sample / size;
        end = (int) Math.min(Integer.MAX_VALUE, (index + 1L) * size);
    }

    /** To be called after the last sample. */
    void endGroup() {
        if (end == 0) {
            return;
        }
        Sums.tree(stripeHigh, stripeLow, 0, 1);
        group[0] = stripeHigh[0];
        group[1] = stripeLow[0];
        if (sums == null) {
            addGroup(group, 0);
        } else {
            System.arraycopy(group, 0, sums, index * PARTS, PARTS);
        }
        clearGroup();
        end = 0;
    }

    /** Forgets the array. */
    void release() {
        sums = null;
    }

    private void clearGroup() {
        Arrays.fill(stripeHigh, 0.0);
        Arrays.fill(stripeLow, 0.0);
        Arrays.fill(group, 0.0);
    }

    /** Adds the sums of all groups, as others have left them in an array. */
    void addGroups(double[] groupSums) {
        for (int at = 0; at < groupSums.length; at += PARTS) {
            addGroup(groupSums, at);
        }
    }

    private void addGroup(double[] from, int at) {
        addPair(all, 0, from[at], from[at + 1]);
        addPair(all, 2, from[at + 2], from[at + 3]);
        all[4] += from[at + 4];
    }

    private static void addPair(double[] to, int at, double high, double low) {
        double sum = to[at];
        to[at + 1] += low + Sums.error(sum, high);
        to[at] = sum + high;
    }

    /** The sum divided by a two-double denominator, rounded once. */
    double dividedBy(double denominatorHigh, double denominatorLow) {
        if (all[4] != 0.0) {
            return all[4];
        }
        double scale = all[2] != 0.0 ? DOWN : 1.0;
        double h = all[0] * scale;
        double l = all[1] * scale + all[3] + Sums.error(all[2], h);
        h += all[2];
        double quotient = (h + l) / denominatorHigh;
        if (!(Math.abs(quotient) <= Double.MAX_VALUE)) {
            return quotient;
        }
        double rest = Math.fma(-quotient, denominatorHigh, h) + (l - quotient * denominatorLow);
        return (quotient + rest / denominatorHigh) / scale;
    }
}
