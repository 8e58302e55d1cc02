package io.github.surprisal;

/** Distances between doubles in units in the last place. */
final class Ulp {

    private Ulp() {
    }

    /**
     * How many doubles lie between two doubles: the distance of their positions in the order of all doubles.
     *
     * <p>The two zeros are one position, NaN is at distance 0 from NaN and at {@link Long#MAX_VALUE} from everything
     * else, and so is an infinity from a finite number: an overflow is never a small error.
     */
    static long distance(double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Double.isNaN(a) && Double.isNaN(b) ? 0 : Long.MAX_VALUE;
        }
        if (Double.isInfinite(a) || Double.isInfinite(b)) {
            return a == b ? 0 : Long.MAX_VALUE;
        }
        // Finite positions stay below 2^63 in size, but their difference may not.
        long difference = position(a) - position(b);
        boolean overflow = position(a) < 0 != position(b) < 0 && difference < 0 != position(a) < 0;
        return overflow ? Long.MAX_VALUE : Math.abs(difference);
    }

    /**
     * The error of a difference that cancels, in units in the last place of the larger of its two terms, rounded up.
     *
     * @param magnitude the larger of the two terms whose difference {@code exact} is
     */
    static long ofMagnitude(double actual, double exact, double magnitude) {
        if (distance(actual, exact) == 0) {
            return 0;
        }
        double error = Math.ceil(Math.abs(actual - exact) / Math.ulp(magnitude));
        return Double.isNaN(error) ? Long.MAX_VALUE : (long) error;
    }

    /**
     * The error of a result in units in the last place of the exact value, which is no double: 0.5 at most where it is
     * correctly rounded. Infinite where one of the two, rounded, overflows and the other does not.
     */
    static double error(double actual, BigFloat exact) {
        double nearest = exact.toDouble();
        if (!Double.isFinite(actual) || Double.isInfinite(nearest)) {
            return actual == nearest ? 0 : Double.POSITIVE_INFINITY;
        }
        return BigFloat.of(actual).subtract(exact).abs().divide(BigFloat.of(Math.ulp(nearest))).toDouble();
    }

    /** The doubles in their order, as consecutive integers around 0. */
    private static long position(double value) {
        long bits = Double.doubleToLongBits(value);
        return bits < 0 ? Long.MIN_VALUE - bits : bits;
    }

    /** The errors of one quantity over many values: how often 0, 1, 2 and more ulp, and the worst with its place. */
    static final class Tally {

        private final long[] counts = new long[4];
        private long worst;
        private String where = "";

        /** Counts one error; {@code place} names the value for the report. */
        void add(long ulps, Object place) {
            counts[(int) Math.min(ulps, 3)]++;
            if (ulps > worst) {
                worst = ulps;
                where = " (" + place + ")";
            }
        }

        long worst() {
            return worst;
        }

        @Override
        public String toString() {
            return "worst " + worst + " ulp" + where + "; 0 ulp: " + counts[0] + ", 1: " + counts[1] + ", 2: "
                    + counts[2] + ", more: " + counts[3];
        }
    }
}
