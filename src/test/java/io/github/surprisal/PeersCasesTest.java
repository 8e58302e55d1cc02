package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the tests of other projects assert of the same functions; the source field of each case names its origin. */
class PeersCasesTest {

    /** The losses this library returns where projects differ and it keeps another convention. */
    private static final Map<String, double[]> OTHER_CONVENTION = Map.of(
            // Target probability 0 times an infinite loss is 0 here, not NaN: the rows' losses are -log 1.
            "mlx:ce_neg_inf_probs_nan", new double[] {0, 0});

    static List<Case> peers() {
        return CaseFile.read("peers.cases", 87);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("peers")
    void expectation(Case peer) {
        Tolerance tolerance = new Tolerance(peer.number("tolerance.abs"), peer.number("tolerance.rel"));
        double[] upstream = peer.values("inputs.grad_output");
        switch (peer.text("op")) {
            case "softmax" -> check(peer, "outputs.prob", tolerance, new SoftmaxCase(peer).softmax());
            case "log_softmax" -> check(peer, "outputs.log_prob", tolerance, new SoftmaxCase(peer).logSoftmax());
            case "softmax_backward" ->
                    check(peer, "outputs.grad_scores", tolerance, new SoftmaxCase(peer).softmaxBackward(upstream));
            case "log_softmax_backward" ->
                    check(peer, "outputs.grad_scores", tolerance, new SoftmaxCase(peer).logSoftmaxBackward(upstream));
            case "cross_entropy" -> checkLoss(peer, tolerance, LossCase.ofPyTorch(peer, "scores"));
            case "nll_loss" -> checkLoss(peer, tolerance, LossCase.ofPyTorch(peer, "log_prob"));
            default -> throw new AssertionError(peer.text("op"));
        }
    }

    private static void checkLoss(Case peer, Tolerance tolerance, LossCase lossCase) {
        LossCase.Result actual = lossCase.run();
        if (OTHER_CONVENTION.containsKey(peer.name())) {
            assertThat(actual.loss()).as(peer.text("convention")).isEqualTo(OTHER_CONVENTION.get(peer.name()));
            return;
        }
        if (peer.has("outputs.loss")) {
            check(peer, "outputs.loss", tolerance, actual.loss());
        }
        if (peer.has("outputs.grad_scores")) {
            check(peer, "outputs.grad_scores", tolerance, actual.gradient());
        }
        if (peer.has("outputs.log_prob")) {
            check(peer, "outputs.log_prob", tolerance, lossCase.logProbabilities());
        }
        assertThat(peer.fields().keySet()).as("an output to compare with")
                .containsAnyOf("outputs.loss", "outputs.grad_scores");
    }

    private static void check(Case peer, String output, Tolerance tolerance, double[] actual) {
        tolerance.check(output, actual, peer.values(output));
    }

    /** The cases on which projects differ are exactly those that the table answers. */
    @Test
    void everyConventionIsDecided() {
        Set<String> undecided = peers().stream().filter(peer -> peer.has("convention")).map(Case::name)
                .collect(Collectors.toSet());
        assertThat(OTHER_CONVENTION).containsOnlyKeys(undecided);
    }
}
