package io.github.surprisal.internal.kernels;

/**
 * The numbers both kernel sets share. The polynomials were fitted by Remez exchange in 300-bit arithmetic
 * ({@code src/tools/minimax.py}) and their coefficients rounded to double; the errors stated are those after rounding.
 */
public final class Constants {

    /** 1.5 * 2^52: adding it rounds a small number to an integer, which then stands in the low bits of the sum. */
    public static final double MAGIC = 0x1.8p52;
    /** The exponent bias of a double. */
    public static final int BIAS = 1023;

    /** log2(e), nearest. */
    public static final double LOG2E = 0x1.71547652b82fep+0;
    /** ln 2, its first 42 bits: a multiple of 2^-42, so that x - k * LN2_HIGH is exact for the nearest k. */
    public static final double LN2_HIGH = 0x1.62e42fefa3800p-1;
    /** ln 2 - LN2_HIGH, nearest: the sum of the two is ln 2 to 2^-98. */
    public static final double LN2_LOW = 0x1.ef35793c76730p-45;

    /*
     * exp(r) = 1 + r + r^2 (1/2 + E3 r + E4 r^2 + ... + E11 r^9) for r in [-ln2/2, ln2/2] (1 + 2^-20),
     * relative error 2^-57.2 (minimax 2^-57.4).
     */
    public static final double E3 = 0x1.5555555555501p-3; // 0.1666..., near 1/3!
    public static final double E4 = 0x1.555555555320ep-5; // near 1/4!, and so on
    public static final double E5 = 0x1.111111112882dp-7;
    public static final double E6 = 0x1.6c16c17cc0c2bp-10;
    public static final double E7 = 0x1.a01a011c37611p-13;
    public static final double E8 = 0x1.a019ab35a0911p-16;
    public static final double E9 = 0x1.71df5523c7cb0p-19;
    public static final double E10 = 0x1.289f81bf4da07p-22;
    public static final double E11 = 0x1.ad2029c3478d0p-26;

    /** ln 2, nearest. */
    public static final double LN2 = 0x1.62e42fefa39efp-1;

    /*
     * exp(r) = 1 + r + r^2 (F2 + F3 r + ... + F9 r^7) on the same interval, relative error 2^-45.8 (minimax the same):
     * for results that become floats.
     */
    public static final double F2 = 0x1.fffffffff13f5p-2; // 0.4999..., near 1/2!
    public static final double F3 = 0x1.5555555589f03p-3; // near 1/3!, and so on
    public static final double F4 = 0x1.5555557def009p-5;
    public static final double F5 = 0x1.1111108e2c52bp-7;
    public static final double F6 = 0x1.6c163be8fe659p-10;
    public static final double F7 = 0x1.a01b7384e4411p-13;
    public static final double F8 = 0x1.a16e32e70069fp-16;
    public static final double F9 = 0x1.710181ee9c5fap-19;

    /*
     * 2 atanh(s) = 2 s + s^3 (A0 + A1 s^2 + ... + A7 s^14) for |s| <= (sqrt2 - 1) / (sqrt2 + 1) (1 + 2^-20),
     * relative error 2^-61.6 (minimax 2^-66.7).
     */
    public static final double A0 = 0x1.5555555555555p-1; // 0.6666..., near 2/3
    public static final double A1 = 0x1.9999999999dfep-2; // near 2/5, and so on
    public static final double A2 = 0x1.249249242b510p-2;
    public static final double A3 = 0x1.c71c7258eaff0p-3;
    public static final double A4 = 0x1.745cde3b7ce78p-3;
    public static final double A5 = 0x1.3b20aa8dd66d5p-3;
    public static final double A6 = 0x1.0f5cdfd314e5cp-3;
    public static final double A7 = 0x1.0f62418e0f1b4p-3;

    /** The bits of sqrt(1/2): what a ratio's bits are counted from, so that its reduced value is near 1. */
    public static final long SQRT_HALF_BITS = 0x3fe6a09e00000000L;
    /** The bits of 1.0. */
    public static final long ONE_BITS = 0x3ff0000000000000L;
    /** The bits of 2^52: or'ed with an integer below 2^52 they are the bits of their sum. */
    public static final long TWO_52_BITS = 0x4330000000000000L;
    /** The sign and exponent of a double. */
    public static final long EXPONENT_BITS = 0xfff0000000000000L;
    /** All but the sign. */
    public static final long MAGNITUDE_BITS = Long.MAX_VALUE;
    /** The sign. */
    public static final long SIGN_BIT = Long.MIN_VALUE;

    private Constants() {
    }
}
