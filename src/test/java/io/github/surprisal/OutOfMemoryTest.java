package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Calls that run out of memory harm nobody. In a VM of its own with a small heap, which is filled to the last bytes
 * before more threads than ever call at once, so that the library finds no working memory; then it is freed, and
 * everything has to be right again.
 */
class OutOfMemoryTest {

    private static final int ROUNDS = 24;
    private static final int LEAST_FAILURES = 20;
    private static final String DONE = "calls that ran out of memory: ";

    @Test
    void aFullHeap() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath(), Full.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Caller.start(() -> {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        });
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        assertThat(process.exitValue()).as("ended in time: %s", output).isZero();
        assertThat(output).contains(DONE);
        int failures = Integer.parseInt(output.substring(output.indexOf(DONE) + DONE.length()).strip());
        assertThat(failures).as(output).isGreaterThanOrEqualTo(LEAST_FAILURES);
        System.out.println(DONE + failures);
    }

    /** What the other VM runs. */
    static final class Full {

        private static final Layout LAYOUT = Layout.of(14_011, 10);
        private static final Random RANDOM = new Random(20_261_123);
        private static final long LIMIT_NANOS = 10_000_000_000L;
        private static final AtomicInteger FAILED = new AtomicInteger();

        private Full() {
        }

        public static void main(String[] args) throws Exception {
            ForkJoinPool pool = new ForkJoinPool(2);
            CrossEntropyLoss sequential = CrossEntropyLoss.create();
            CrossEntropyLoss parallel = CrossEntropyLoss.builder().parallel(pool).build();
            double[] logits = RANDOM.doubles(LAYOUT.samples() * LAYOUT.classes(), -9, 9).toArray();
            int[] targets = RANDOM.ints(LAYOUT.samples(), 0, LAYOUT.classes()).toArray();
            double[] expected = sequential.backward(logits, targets);
            // the platform's classes too: one that fails to initialise for want of memory is lost to the whole VM
            Bits.assertSame(parallel.backward(logits, targets), expected, "with memory");
            for (int round = 0; round < ROUNDS; round++) {
                List<Caller> callers = new ArrayList<>();
                AtomicInteger waiting = new AtomicInteger();
                AtomicInteger finished = new AtomicInteger();
                AtomicBoolean filled = new AtomicBoolean();
                AtomicBoolean freed = new AtomicBoolean();
                int count = 2 + round / 2;
                for (int i = 0; i < count; i++) {
                    CrossEntropyLoss loss = i % 2 == 0 ? sequential : parallel;
                    double[] out = new double[logits.length];
                    callers.add(Caller.start(() -> {
                        waiting.incrementAndGet();
                        while (!filled.get()) {
                            Thread.yield(); // nothing that needs memory
                        }
                        boolean threw = false;
                        try {
                            loss.backward(logits, LAYOUT, targets, 1.0, out);
                        } catch (OutOfMemoryError e) {
                            threw = true;
                        } finally {
                            finished.incrementAndGet();
                        }
                        while (!freed.get()) {
                            Thread.yield();
                        }
                        if (threw) {
                            FAILED.incrementAndGet();
                            double[] returned = out.clone();
                            Thread.sleep(3);
                            Bits.assertSame(out, returned, "written later");
                        } else {
                            Bits.assertSame(out, expected, "no exception");
                        }
                        loss.backward(logits, LAYOUT, targets, 1.0, out);
                        Bits.assertSame(out, expected, "afterwards");
                    }));
                }
                while (waiting.get() < count) {
                    Thread.yield();
                }
                Object[] hog = fill();
                filled.set(true);
                long limit = System.nanoTime() + LIMIT_NANOS;
                while (finished.get() < count && System.nanoTime() < limit) {
                    Thread.yield();
                }
                hog[0] = null;
                if (finished.get() < count) {
                    System.out.println("round " + round + ": " + (count - finished.get()) + " calls hang");
                    Runtime.getRuntime().halt(2);
                }
                freed.set(true);
                callers.forEach(Caller::join);
            }
            pool.shutdown();
            System.out.println(DONE + FAILED);
        }

        /** Takes all of the heap but some bytes, as a chain of arrays. */
        private static Object[] fill() {
            Object[] head = new Object[1];
            for (int size = 1 << 16; size >= 1 << 6; size >>= 2) {
                try {
                    while (true) {
                        Object[] link = new Object[size];
                        link[0] = head[0];
                        head[0] = link;
                    }
                } catch (OutOfMemoryError filled) {
                    // what is left is smaller than this
                }
            }
            for (int freed = RANDOM.nextInt(3); freed > 0; freed--) {
                head[0] = ((Object[]) head[0])[0];
            }
            return head;
        }
    }
}
