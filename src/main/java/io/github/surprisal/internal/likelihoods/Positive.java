package io.github.surprisal.internal.likelihoods;

import java.util.ArrayList;
import java.util.List;

/** A positive parameter, known as it is and by its logarithm: a raw output is its logarithm, or it is fixed. */
abstract class Positive {

    private Positive() {
    }

    /** Sets a register to the parameter. */
    abstract Scaled value(Sample sample, Scaled register);

    /** Sets a register to 1 / parameter. */
    abstract Scaled inverse(Sample sample, Scaled register);

    /** Sets a register to the logarithm of the parameter. */
    abstract Scaled log(Sample sample, Scaled register);

    /** Whether there is a raw output for it, so that derivatives are due. */
    abstract boolean isLearnt();

    /** The names of the other parameters, and its own behind them if it is learnt. */
    abstract List<String> namesAfter(String... others);

    /** The parameter e^output. */
    static Positive learnt(int output, String name) {
        return new Learnt(output, name);
    }

    /** A constant above 0. */
    static Positive fixed(double value) {
        return new Fixed(value);
    }

    private static final class Learnt extends Positive {

        private final int output;
        private final String name;

        Learnt(int output, String name) {
            this.output = output;
            this.name = name;
        }

        @Override
        Scaled value(Sample sample, Scaled register) {
            return Elementary.exp(log(sample, register));
        }

        @Override
        Scaled inverse(Sample sample, Scaled register) {
            return Elementary.exp(log(sample, register).negate());
        }

        @Override
        Scaled log(Sample sample, Scaled register) {
            return register.set(sample.parameter(output));
        }

        @Override
        boolean isLearnt() {
            return true;
        }

        @Override
        List<String> namesAfter(String... others) {
            List<String> names = new ArrayList<>(List.of(others));
            names.add(name);
            return names;
        }
    }

    private static final class Fixed extends Positive {

        private final Scaled value = new Scaled();
        private final Scaled inverse = new Scaled();
        private final Scaled log = new Scaled();

        Fixed(double constant) {
            value.set(constant);
            inverse.set(value).invert();
            Elementary.log(log.set(value));
        }

        @Override
        Scaled value(Sample sample, Scaled register) {
            return register.set(value);
        }

        @Override
        Scaled inverse(Sample sample, Scaled register) {
            return register.set(inverse);
        }

        @Override
        Scaled log(Sample sample, Scaled register) {
            return register.set(log);
        }

        @Override
        boolean isLearnt() {
            return false;
        }

        @Override
        List<String> namesAfter(String... others) {
            return List.of(others);
        }
    }
}
