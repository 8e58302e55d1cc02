package io.github.surprisal.internal.kernels;

/**
 * What kernels work in: arrays of {@link KernelSet#BLOCK} elements that stay in the first cache, named for what they
 * hold on the way through exp and its sum; other kernels use them for what they need. No kernel finds anything in them
 * that an earlier one left.
 */
public final class Scratch {

    /**
     * Doubles that keep arrays which follow one another in memory apart: 512 bytes, less the 16 of an array's header,
     * over a multiple of 4096, so that equal indices of up to eight of them differ in their last twelve bits. Where
     * these are the same, a processor takes a load for dependent on an earlier store, and waits: without this, scalar
     * loss and gradient took 1.1 to 1.2 times as long (1000 and 32000 classes, AMD EPYC (Zen 5), JDK 17).
     */
    public static final int APART = 62;

    final double[] value = array();
    final double[] low = array();
    final double[] power = array();
    final double[] exponent = array();
    final double[] reduced = array();
    final double[] polynomial = array();
    final double[] greatest = array();
    final double[] magic = array();
    final double[] column = array();
    final double[] columnLow = array();
    final double[] other = array();
    final double[] otherLow = array();

    private static double[] array() {
        return new double[KernelSet.BLOCK + APART];
    }
}
