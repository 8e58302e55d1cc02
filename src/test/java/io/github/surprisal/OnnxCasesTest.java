package io.github.surprisal;

import io.github.surprisal.CaseFile.Case;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The backend node tests of the ONNX project: all outputs of its four operators, in every rank they occur in. */
class OnnxCasesTest {

    static List<Case> onnx() {
        return CaseFile.read("onnx.cases", 41);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("onnx")
    void conformance(Case onnx) {
        Tolerance tolerance = new Tolerance(onnx.number("tolerance.abs"), onnx.number("tolerance.rel"));
        switch (onnx.text("op")) {
            case "Softmax" -> tolerance.check("prob", new SoftmaxCase(onnx).softmax(), onnx.values("outputs.prob"));
            case "LogSoftmax" ->
                    tolerance.check("log_prob", new SoftmaxCase(onnx).logSoftmax(), onnx.values("outputs.log_prob"));
            case "NegativeLogLikelihoodLoss" -> tolerance.check("loss",
                    LossCase.ofOnnx(onnx, "log_prob").run().loss(), onnx.values("outputs.loss"));
            case "SoftmaxCrossEntropyLoss" -> {
                LossCase lossCase = LossCase.ofOnnx(onnx, "scores");
                tolerance.check("loss", lossCase.run().loss(), onnx.values("outputs.loss"));
                if (onnx.has("outputs.log_prob")) {
                    tolerance.check("log_prob", lossCase.logProbabilities(), onnx.values("outputs.log_prob"));
                }
            }
            default -> throw new AssertionError(onnx.text("op"));
        }
    }
}
