package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.surprisal.internal.likelihoods.Sample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The description of distributions: names, options, equality and serial form. */
class DistributionTest {

    /** A distribution and how it should look. */
    record Family(String text, String names, String support, Distribution distribution) {
    }

    static List<Family> families() {
        String real = "(-Infinity, Infinity)";
        String positive = "(0, Infinity)";
        String count = "[0, Infinity)";
        return List.of(
                new Family("gaussian()", "mean, log variance", real, Distribution.gaussian()),
                new Family("gaussian(variance=2.5)", "mean", real, Distribution.gaussian(2.5)),
                new Family("laplace()", "location, log scale", real, Distribution.laplace()),
                new Family("logistic()", "location, log scale", real, Distribution.logistic()),
                new Family("studentT()", "location, log scale, log degrees of freedom", real, Distribution.studentT()),
                new Family("studentT(degreesOfFreedom=3.0)", "location, log scale", real, Distribution.studentT(3)),
                new Family("logNormal()", "log mean, log variance", positive, Distribution.logNormal()),
                new Family("logNormal(variance=0.5)", "log mean", positive, Distribution.logNormal(0.5)),
                new Family("poisson()", "log mean", count, Distribution.poisson()),
                new Family("negativeBinomial()", "log mean, log shape", count, Distribution.negativeBinomial()),
                new Family("negativeBinomial(shape=7.0)", "log mean", count, Distribution.negativeBinomial(7)),
                new Family("geometric()", "logit", count, Distribution.geometric()),
                new Family("binomial(trials=10.0)", "logit", "[0, 10.0]", Distribution.binomial(10)),
                new Family("gamma()", "log mean, log shape", positive, Distribution.gamma()),
                new Family("gamma(shape=2.0)", "log mean", positive, Distribution.gamma(2)),
                new Family("exponential()", "log mean", count, Distribution.exponential()),
                new Family("weibull()", "log scale, log shape", positive, Distribution.weibull()),
                new Family("weibull(shape=1.5)", "log scale", positive, Distribution.weibull(1.5)),
                new Family("beta()", "log alpha, log beta", "(0, 1)", Distribution.beta()));
    }

    @ParameterizedTest
    @MethodSource("families")
    void tellsItsParametersAndOptions(Family family) {
        Distribution d = family.distribution();
        assertThat(d).hasToString(family.text());
        assertThat(String.join(", ", d.parameterNames())).isEqualTo(family.names());
        assertThat(d.parameters()).isEqualTo(d.parameterNames().size());
        assertThat(d.likelihood().support()).isEqualTo(family.support());
        assertThatThrownBy(() -> d.parameterNames().add("another")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void isEqualToTheSameFamilyWithTheSameOptionAlone() {
        List<Family> again = families();
        for (int i = 0; i < again.size(); i++) {
            for (int j = 0; j < again.size(); j++) {
                Distribution one = families().get(i).distribution();
                Distribution other = again.get(j).distribution();
                assertThat(one.equals(other)).as(one + " and " + other).isEqualTo(i == j);
                if (i == j) {
                    assertThat(one).hasSameHashCodeAs(other);
                }
            }
        }
        assertThat(Distribution.gamma(2)).isNotEqualTo(Distribution.gamma(3)).isNotEqualTo(null).isNotEqualTo("gamma");
    }

    @ParameterizedTest
    @MethodSource("families")
    void isReadBackEqualAndComputesTheSame(Family family) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(family.distribution());
        }
        Distribution read;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            read = (Distribution) in.readObject();
        }
        assertThat(read).isEqualTo(family.distribution()).hasToString(family.text());
        assertThat(loss(read)).isEqualTo(loss(family.distribution()));
    }

    private static double loss(Distribution distribution) {
        Sample sample = new Sample(distribution.parameters());
        for (int p = 0; p < distribution.parameters(); p++) {
            sample.outputs[p] = 0.75 - p;
        }
        sample.target = 0.375;
        distribution.likelihood().loss(sample);
        return sample.loss.doubleValue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0, -0.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesOptionsThatAreNotPositiveAndFinite(double option) {
        refuses(Distribution::gaussian, "variance", option);
        refuses(Distribution::logNormal, "variance", option);
        refuses(Distribution::studentT, "degreesOfFreedom", option);
        refuses(Distribution::negativeBinomial, "shape", option);
        refuses(Distribution::gamma, "shape", option);
        refuses(Distribution::weibull, "shape", option);
        refuses(Distribution::binomial, "trials", option);
    }

    private static void refuses(DoubleFunction<Distribution> factory, String name, double option) {
        assertThatThrownBy(() -> factory.apply(option)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + " is " + option + ", but must be positive and finite");
    }

    @Test
    void onlyALearntShapeOfTheNegativeBinomialHasNoFisherInformation() {
        for (Family family : families()) {
            assertThat(family.distribution().likelihood().hasFisher()).as(family.text())
                    .isEqualTo(!family.text().equals("negativeBinomial()"));
        }
    }
}
