package io.github.surprisal.examples;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Shows how training goes: on one line that is written over where a person watches, on a few plain lines elsewhere
 * (a file, a pipe, {@code TERM=dumb}, or {@code CI} in the environment).
 *
 * <p>The line is written over by a carriage return alone. There is no colour, so nothing for NO_COLOR to switch off.
 */
final class Progress {

    /** How many lines a run leaves in a log, roughly. */
    private static final int PLAIN_LINES = 6;

    private final PrintStream out;
    private final boolean oneLine;

    Progress(PrintStream out) {
        this(out, out == System.out && isWatched());
    }

    Progress(PrintStream out, boolean oneLine) {
        this.out = out;
        this.oneLine = oneLine;
    }

    void show(Trainer.Epoch epoch, int epochs) {
        boolean last = epoch.number() == epochs || epoch.diverged();
        if (oneLine) {
            out.print("\r" + line(epoch, epochs));
            if (last) {
                out.println();
            }
            out.flush();
        } else if (last || epoch.number() == 1 || epoch.number() % Math.max(1, epochs / PLAIN_LINES) == 0) {
            out.println(line(epoch, epochs));
        }
    }

    /** Fixed widths, below 80 columns: each line covers the one before it, and terminals do not wrap it. */
    private static String line(Trainer.Epoch epoch, int epochs) {
        int digits = Integer.toString(epochs).length();
        return String.format(Locale.ROOT, "  epoch %" + digits + "d/%d  loss %7.3g  test loss %7.3g  accuracy %6.2f %%"
                + " %8.1f ms", epoch.number(), epochs, epoch.trainLoss(), epoch.test().loss(),
                100 * epoch.test().accuracy(), epoch.milliseconds());
    }

    private static boolean isWatched() {
        return isTerminal(System.console()) && System.getenv("CI") == null && !"dumb".equals(System.getenv("TERM"));
    }

    /** Since JDK 22 a console may exist without a terminal, and only {@code Console.isTerminal} tells. */
    private static boolean isTerminal(Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true; // before JDK 22 a console was a terminal
        }
    }
}
