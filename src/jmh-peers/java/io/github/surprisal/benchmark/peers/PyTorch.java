package io.github.surprisal.benchmark.peers;

import io.github.surprisal.benchmark.Workload;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/**
 * PyTorch's CPU kernels in float64 through its JVM binding, one thread.
 *
 * <p>The tensors are native from the start, so no copy between Java and native memory is timed. Results and gradients
 * are allocated by PyTorch on every call, as its API has it; the previous one is released just before. Pointers made
 * by a call are freed at its end by a {@link PointerScope} instead of waiting for the garbage collector.
 *
 * <p>glibc's malloc hands tensors above 32 MB back to the operating system at once, so that at 256 x 32000 most of the
 * time goes into page faults. The kernels alone show with the environment variables
 * {@code MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592}.
 */
@SuppressWarnings("try") // a PointerScope works by being open
public class PyTorch extends Workload {
    private static final int CLASS_AXIS = 1;

    private Tensor input;
    private Tensor inputWithGradient;
    private Tensor target;
    private Tensor result;

    @Override
    protected void prepare() {
        oneThread();
        long[] dimensions = inner == 1 ? new long[] {batch, classes} : new long[] {batch, classes, inner};
        long[] samples = inner == 1 ? new long[] {batch} : new long[] {batch, inner};
        input = Tensor.create(logits, dimensions);
        inputWithGradient = Tensor.create(logits, dimensions).set_requires_grad(true);
        result = new Tensor();
        if (targetProbabilities != null) {
            target = Tensor.create(targetProbabilities, dimensions);
        } else {
            long[] indices = IntStream.of(targets).asLongStream().toArray();
            target = Tensor.create(indices, samples);
        }
    }

    /** For every iteration, because OpenMP keeps this setting per calling thread. */
    @Setup(Level.Iteration)
    public void oneThread() {
        torch.set_num_threads(1);
    }

    @Benchmark
    public double forward() {
        try (PointerScope call = new PointerScope()) {
            return torch.cross_entropy(input, target).item_double();
        }
    }

    @Benchmark
    @Override
    public double forwardBackward() {
        try (PointerScope call = new PointerScope()) {
            inputWithGradient.mutable_grad().reset(); // as optimizer.zero_grad() does, else backward() would accumulate
            Tensor loss = torch.cross_entropy(inputWithGradient, target);
            loss.backward();
            return loss.item_double();
        }
    }

    @Benchmark
    public double probabilityTargets() {
        return forwardBackward();
    }

    @Benchmark
    public double softmax() {
        try (PointerScope call = new PointerScope()) {
            result.reset();
            result.put(torch.softmax(input, CLASS_AXIS));
            return 0;
        }
    }

    @Benchmark
    public double logSoftmax() {
        try (PointerScope call = new PointerScope()) {
            result.reset();
            result.put(torch.log_softmax(input, CLASS_AXIS));
            return 0;
        }
    }

    @Override
    protected double[] output() {
        try (PointerScope call = new PointerScope()) {
            Tensor written = result.defined() ? result : inputWithGradient.grad();
            if (written.defined()) {
                written.data_ptr_double().get(output);
            }
            return output;
        }
    }
}
