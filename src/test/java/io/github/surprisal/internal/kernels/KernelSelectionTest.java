package io.github.surprisal.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.surprisal.Kernels;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which kernels a VM chooses: asked in VMs of their own, as the choice is made once. */
class KernelSelectionTest {

    private static final String[] MODULE = {"--add-modules", "jdk.incubator.vector"};

    /** What a child VM runs. */
    static final class Main {

        private Main() {
        }

        public static void main(String[] arguments) {
            System.out.println("active: " + Kernels.active());
            KernelSelection.active(KernelSelection.WARM / 2);
            KernelSelection.active(KernelSelection.WARM / 2 + 1);
            System.out.println("later: " + Kernels.active());
        }
    }

    private record Ended(int exitCode, String output) {

        void isActive(String name) {
            assertThat(output).contains("active: " + name + System.lineSeparator());
            assertThat(exitCode).isZero();
        }

        void failedWith(String message) {
            assertThat(output).contains(message).doesNotContain("active:");
            assertThat(exitCode).isNotZero();
        }
    }

    private static Ended start(String kernels, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:+UseSerialGC", "-Xmx64m"));
        command.addAll(List.of(flags));
        if (kernels != null) {
            command.add("-Dsurprisal.kernels=" + kernels);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        return new Ended(process.exitValue(), output);
    }

    private static boolean runtimeHasVectors() {
        return ModuleFinder.ofSystem().find(MODULE[1]).isPresent();
    }

    /** The vectors of this machine, as a child VM names them. */
    private String vector;

    @BeforeEach
    void vectorName() throws IOException, InterruptedException {
        if (runtimeHasVectors() && vector == null) {
            String output = start("vector", MODULE).output;
            vector = output.lines().filter(line -> line.startsWith("active: ")).findFirst().orElseThrow(
                    () -> new AssertionError(output)).substring("active: ".length());
            assertThat(vector).isIn("vector-128", "vector-256", "vector-512");
        }
    }

    @Test
    void thisVm() {
        assertThat(Kernels.active()).isEqualTo(KernelSelection.active(0).name());
        boolean forced = "vector".equals(System.getProperty("surprisal.kernels"));
        assertThat(Kernels.active()).startsWith(forced ? "vector-" : "scalar");
    }

    @Test
    void autoIsScalarWithoutTheModule() throws Exception {
        start(null).isActive("scalar");
        start("auto").isActive("scalar");
    }

    /** Short programs need not pay for vectors: first the scalar kernels, the vector kernels when these are warm. */
    @Test
    void autoIsVectorWithTheModuleAfterSomeWork() throws Exception {
        assumeTrue(runtimeHasVectors());
        for (String kernels : new String[] {null, "auto"}) {
            Ended ended = start(kernels, MODULE);
            ended.isActive("scalar");
            assertThat(ended.output).contains("later: " + vector + System.lineSeparator());
        }
    }

    @Test
    void autoIsScalarWhereNothingIsCompiled() throws Exception {
        assumeTrue(runtimeHasVectors());
        for (String without : new String[] {"-Xint", "-XX:TieredStopAtLevel=1"}) {
            Ended ended = start("auto", MODULE[0], MODULE[1], without);
            ended.isActive("scalar");
            assertThat(ended.output).contains("later: scalar" + System.lineSeparator());
        }
    }

    @Test
    void vectorsAreAsWideAsTheVmAllows() throws Exception {
        assumeTrue(runtimeHasVectors());
        start("vector", MODULE[0], MODULE[1], "-XX:MaxVectorSize=16").isActive("vector-128");
    }

    @Test
    void scalarOverridesTheModule() throws Exception {
        assumeTrue(runtimeHasVectors());
        start("scalar", MODULE).isActive("scalar");
    }

    @Test
    void vectorOverridesTheInterpreter() throws Exception {
        assumeTrue(runtimeHasVectors());
        start("vector", MODULE[0], MODULE[1], "-Xint").isActive(vector);
    }

    @Test
    void vectorWithoutTheModuleQuotesTheFlag() throws Exception {
        start("vector").failedWith("-Dsurprisal.kernels=vector needs the Vector API with vectors of at least 128 bits; "
                + "start the VM with --add-modules jdk.incubator.vector");
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        start("fast").failedWith(
                "system property surprisal.kernels is \"fast\", but must be auto, scalar or vector");
    }
}
