/**
 * Loss functions on plain {@code double[]} batches, those of classes on {@code float[]} too: softmax, log-softmax,
 * negative log-likelihood and cross-entropy of classes, sigmoid and binary cross-entropy of labels, the negative
 * log-likelihood of numbers under the distributions that a model may predict; forward, analytic backward and second
 * derivatives.
 *
 * <p>Training maximises the likelihood of the data, a product of probabilities. The logarithm turns the product into a
 * sum without moving the optimum, the minus sign turns it into a loss: -log p, the surprisal of the true class, in nats.
 * It is 0 at probability 1 and infinite at probability 0.
 *
 * <h2>Notation</h2>
 * <dl>
 * <dt>logits</dt><dd>x, the raw scores of a network, any double</dd>
 * <dt>classes</dt><dd>C, what a sample is one of; numbered from 0</dd>
 * <dt>sample</dt><dd>one distribution over the classes: a row of a [batch, classes] array</dd>
 * <dt>probabilities, log-probabilities</dt><dd>p = softmax(x), and their natural logarithms</dd>
 * <dt>targets</dt><dd>the true class of each sample: an index, or a probability for each class</dd>
 * <dt>outputs</dt><dd>the raw parameters of a {@link io.github.surprisal.Distribution}, any double; they lie along the
 * class axis</dd>
 * <dt>reduction</dt><dd>how the losses of a batch become one number, see {@link io.github.surprisal.Reduction}</dd>
 * <dt>upstream</dt><dd>what a gradient is multiplied by: the derivative of what is made of an operator's result</dd>
 * </dl>
 *
 * <h2>Arrays</h2>
 * <p>Batches are flat and row-major; a {@link io.github.surprisal.Layout} tells where they lie: class axis, trailing
 * dimensions, offset, padding between rows. Arrays may be longer than needed, so that buffers can be reused for a
 * smaller last batch; nothing outside the layout is read or written. Results are overwritten, never accumulated into.
 * The gradient may be the very array of the logits (in place); two arrays are either the same or do not overlap.
 *
 * <h2>Floats</h2>
 * <p>{@link io.github.surprisal.Softmax}, {@link io.github.surprisal.LogSoftmax} and the losses of classes take
 * {@code float[]} too: the same layouts, options, checks and special cases. Second derivatives, single rows, the short
 * forms of losses that are told the class count, and the other losses are for {@code double[]} alone.
 *
 * <p>Arithmetic is in doubles, and every float is the exact result for the given floats rounded once: within 0.5001 ulp
 * of a float, for gradients of class probabilities, of smoothing and of softmax and log-softmax an ulp of the larger of
 * their terms; subnormal floats included. Beyond the largest float results are infinite. Losses, losses of samples,
 * their upstreams and denominators are doubles; the loss of a sample is within 2^-44 of the exact value, relative. Held
 * by {@code FloatTruthCasesTest} and {@code FloatOracleTest}.
 *
 * <h2>Contract of all operators</h2>
 * <ul>
 * <li>Immutable, thread-safe, nothing kept between calls. Working memory (about 0.3 MB for each thread at work,
 * and 8 bytes for each class of rows of more than 2,048 classes, up to 8 MB) is taken from a pool and holds nothing of a
 * caller's; the shapes of the last few calls without a layout are remembered.</li>
 * <li>{@link java.io.Serializable}, as layouts are: the options alone are written, and the operator is built anew from
 * them when they are read. One with a pool of its own, {@code parallel(pool)}, is refused with a
 * {@link java.io.NotSerializableException} that says so; {@code parallel()} is not.</li>
 * <li>Forms that take a result array allocate nothing once warm, but for what the threads of a parallel run need.</li>
 * <li>The same bits on every machine and JDK, with every vector width and number of threads, for a row in any layout,
 * warm or cold, and from every entry point: forward and forwardBackward return equal losses, backward and
 * forwardBackward equal gradients. (The payload of a NaN is not part of this.)</li>
 * <li>Arguments are checked before the first write. {@link java.lang.NullPointerException} names what is null;
 * {@link java.lang.IllegalArgumentException} names argument, value and rule, as in
 * {@code targets[3] is 7, but must be in [0, 5)}.</li>
 * <li>NaN and infinities in the logits are data, not errors, and stay in their sample.</li>
 * </ul>
 *
 * <h2>Speed</h2>
 * <p>{@code Math.fma} is used throughout. CPUs have had it since about 2013; without it in hardware every operator is
 * some hundred times slower. With the Vector API ({@code --add-modules jdk.incubator.vector}) faster kernels are used,
 * see {@link io.github.surprisal.Kernels}.
 */
package io.github.surprisal;
