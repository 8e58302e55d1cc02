package io.github.surprisal.benchmark;

/**
 * Calls loss and gradient 10,000 times and prints in milliseconds how long it took from the launch of this VM to the
 * first result (all loading and choosing of kernels included), for the first 1,000 calls, and for all.
 */
final class ColdStart {
    private static final int FEW = 1_000;
    private static final int MANY = 10_000;
    private static final double NANOS_PER_MILLI = 1e6;

    private ColdStart() {}

    /** Arguments: the class of the workload, its input, and when this VM was launched, in milliseconds of the epoch. */
    public static void main(String[] args) throws ReflectiveOperationException {
        Workload workload = (Workload) Class.forName(args[0]).getConstructor().newInstance();
        workload.input = args[1];
        workload.generate(Operation.forwardBackward);
        workload.prepare();

        long begin = System.nanoTime();
        double loss = workload.forwardBackward();
        long firstResult = System.currentTimeMillis() - Long.parseLong(args[2]);
        call(workload, FEW - 1, loss);
        long few = System.nanoTime() - begin;
        call(workload, MANY - FEW, loss);
        long many = System.nanoTime() - begin;

        workload.check(loss);
        System.out.println(firstResult + " " + few / NANOS_PER_MILLI + " " + many / NANOS_PER_MILLI);
    }

    private static void call(Workload workload, int calls, double expected) {
        for (int i = 0; i < calls; i++) {
            if (workload.forwardBackward() != expected) {
                throw new AssertionError("the loss changed from call to call");
            }
        }
    }
}
