package io.github.surprisal;

import io.github.surprisal.internal.rows.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code toString} says of an operator: its name, and the options in brackets. */
final class Description {

    /** So many elements of an array are shown. */
    private static final int SHOWN = 8;

    private final String name;
    private final List<String> options = new ArrayList<>();

    Description(Object operator) {
        name = operator.getClass().getSimpleName();
    }

    Description with(String option, Object value) {
        options.add(option + "=" + value);
        return this;
    }

    Description with(String option, double... values) {
        if (values.length > 0) {
            String shown = Arrays.stream(values).limit(SHOWN).mapToObj(Double::toString)
                    .collect(Collectors.joining(", "));
            with(option, "[" + shown + (values.length > SHOWN ? ", ... " + values.length + " in all]" : "]"));
        }
        return this;
    }

    Description with(Threads threads) {
        if (threads.areMany()) {
            options.add(threads.existEverywhere() ? "parallel" : "parallel on a pool of its own");
        }
        return this;
    }

    @Override
    public String toString() {
        return options.isEmpty() ? name : name + "[" + String.join(", ", options) + "]";
    }
}
