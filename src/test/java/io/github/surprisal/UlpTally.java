package io.github.surprisal;

/** The errors of one quantity over many values: how often 0, 1, 2 and more ulp, and the worst with its place. */
final class UlpTally {

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

    @Override
    public String toString() {
        return "worst " + worst + " ulp" + where + "; 0 ulp: " + counts[0] + ", 1: " + counts[1] + ", 2: " + counts[2]
                + ", more: " + counts[3];
    }
}
