package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cross-entropy and its gradient as PyTorch 1.13.1 computed them in float64, within the tolerances of torch.cases.
 *
 * <p>Where the contract of this library differs from PyTorch on purpose, the case is named in {@link #DIFFERENT} with
 * the reason and with what is returned instead. Nothing is skipped.
 */
class TorchCasesTest {

    /** What this library returns where PyTorch returns something else; expected to 4 ulp of 1. */
    private record Different(String reason, double loss, double... gradient) {
    }

    // log p of the logits [1, 2]: -log(1 + e) and -log(1 + 1/e).
    private static final double LOG_P1 = -1.3132616875182228;
    private static final double LOG_P2 = -0.3132616875182228;
    private static final double P1 = 0.2689414213699951;
    private static final double P2 = 0.7310585786300049;

    private static final Map<String, Different> DIFFERENT = Map.of(
            "neginf_smoothing", new Different(
                    "smoothing over logits [-Inf, 1, 2]: its mass is spread over the two classes above -Inf, where "
                            + "PyTorch puts a third on the impossible class and the loss becomes infinite",
                    -0.95 * LOG_P1 - 0.05 * LOG_P2, 0, P1 - 0.95, P2 - 0.05),
            "neginf_soft_zero_target", new Different(
                    "target probability 0 times an infinite loss is 0, where PyTorch multiplies 0 by -Inf: NaN",
                    -0.5 * LOG_P1 - 0.5 * LOG_P2, 0, P1 - 0.5, P2 - 0.5),
            "zero_weight_all_hit_mean", new Different(
                    "the total weight is 0: the mean is NaN as in PyTorch, but its gradient is 0 and never NaN",
                    Double.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));

    /** The library's own values above are sums of numbers below 2, printed to 16 digits. */
    private static final Tolerance ROUNDING = new Tolerance(4 * Math.ulp(1.0), 0);

    static List<Case> torch() {
        return CaseFile.read("torch.cases", 261);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("torch")
    void crossEntropy(Case torch) {
        LossCase.Result actual = LossCase.ofPyTorch(torch, "scores").run();
        Different different = DIFFERENT.get(torch.name());
        if (different != null) {
            ROUNDING.check(different.reason, actual.loss(), new double[] {different.loss});
            ROUNDING.check(different.reason, actual.gradient(), different.gradient);
            return;
        }
        double relative = torch.number("tolerance.rel");
        new Tolerance(torch.number("tolerance.abs_loss"), relative)
                .check("loss", actual.loss(), torch.values("outputs.loss"));
        new Tolerance(torch.number("tolerance.abs_grad"), relative)
                .check("gradient", actual.gradient(), torch.values("outputs.grad_scores"));
    }

    /** A difference that PyTorch's values would pass as well, or whose case is gone, has no place in the table. */
    @Test
    void everyNamedDifferenceIsOne() {
        Set<String> unknown = new HashSet<>(DIFFERENT.keySet());
        for (Case torch : torch()) {
            if (unknown.remove(torch.name())) {
                assertThat(torch.fields()).as(torch.name()).containsEntry("nonfinite", "True");
            }
        }
        assertThat(unknown).isEmpty();
    }

    /** PyTorch returns exactly 0 for confident rows; the true values are representable, and so they are returned. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("zerosThatAreNot")
    void returnsTheTailsThatPyTorchLoses(Case torch) {
        LossCase.Result actual = LossCase.ofPyTorch(torch, "scores").run();
        assertThat(zeros(torch.values("outputs.loss"), actual.loss()))
                .isEqualTo((int) torch.number("reference_loss_zeros_that_are_not", 0));
        assertThat(zeros(torch.values("outputs.grad_scores"), actual.gradient()))
                .isEqualTo((int) torch.number("reference_grad_zeros_that_are_not", 0));
    }

    static List<Case> zerosThatAreNot() {
        return torch().stream().filter(torch -> torch.has("reference_loss_zeros_that_are_not")
                || torch.has("reference_grad_zeros_that_are_not")).toList();
    }

    /** How often the reference is 0 and the actual value is not. */
    private static int zeros(double[] reference, double[] actual) {
        int count = 0;
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] == 0 && actual[i] != 0) {
                count++;
            }
        }
        return count;
    }
}
