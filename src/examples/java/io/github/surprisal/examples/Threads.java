package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Kernels;
import java.util.Arrays;
import java.util.Random;

/** A large batch on one thread and on the common pool: the results are the same bits. */
public final class Threads {

    private static final int BATCH = 1000;
    private static final int CLASSES = 1000;
    private static final int WARM_UP = 10; // calls, so that the VM has compiled the code
    private static final int TIMED = 9;

    private Threads() {
    }

    public static void main(String[] args) {
        Random random = new Random(1);
        double[] logits = random.doubles(BATCH * CLASSES, -10, 10).toArray();
        int[] targets = random.ints(BATCH, 0, CLASSES).toArray();

        CrossEntropyLoss sequential = CrossEntropyLoss.create();
        CrossEntropyLoss parallel = CrossEntropyLoss.builder().parallel().build(); // or parallel(yourPool)

        double[] gradient = new double[logits.length];
        double[] parallelGradient = new double[logits.length];
        double loss = sequential.forwardBackward(logits, targets, gradient);
        double parallelLoss = parallel.forwardBackward(logits, targets, parallelGradient);

        System.out.printf("Loss and gradient of %,d samples, %,d classes:%n", BATCH, CLASSES);
        System.out.printf("  loss on one thread        %s%n", loss);
        System.out.printf("  loss on the common pool   %s%n", parallelLoss);
        // Arrays.equals compares doubles by their bits.
        System.out.printf("  gradients the same bits   %s%n", Arrays.equals(gradient, parallelGradient));

        System.out.printf("Time here and now, median of %d calls, %s kernels, %d processors:%n", TIMED,
                Kernels.active(), Runtime.getRuntime().availableProcessors());
        System.out.printf("  one thread                %.1f ms%n", milliseconds(sequential, logits, targets, gradient));
        System.out.printf("  common pool               %.1f ms%n", milliseconds(parallel, logits, targets, gradient));
    }

    private static double milliseconds(CrossEntropyLoss loss, double[] logits, int[] targets, double[] gradient) {
        double[] times = new double[TIMED];
        for (int call = -WARM_UP; call < TIMED; call++) {
            long start = System.nanoTime();
            loss.forwardBackward(logits, targets, gradient);
            times[Math.max(call, 0)] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return times[TIMED / 2];
    }
}
