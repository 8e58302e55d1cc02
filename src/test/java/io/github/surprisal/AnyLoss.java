package io.github.surprisal;

/** {@link CrossEntropyLoss} and {@link NllLoss}, on doubles or floats, behind one face, for the contracts all keep. */
interface AnyLoss {

    double forward(double[] input, int[] targets);

    double[] backward(double[] input, int[] targets);

    double forwardBackward(double[] input, int[] targets, double[] gradient);

    double forward(double[] input, Layout layout, int[] targets);

    void backward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient);

    double forwardBackward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient);

    void forwardPerSample(double[] input, Layout layout, int[] targets, double[] losses);

    void backwardPerSample(double[] input, Layout layout, int[] targets, double[] upstream, double[] gradient);

    double denominator(Layout layout, int[] targets);

    double forward(double[] input, Layout layout, double[] targets);

    void backward(double[] input, Layout layout, double[] targets, double upstream, double[] gradient);

    double forwardBackward(double[] input, Layout layout, double[] targets, double upstream, double[] gradient);

    void forwardPerSample(double[] input, Layout layout, double[] targets, double[] losses);

    void backwardPerSample(double[] input, Layout layout, double[] targets, double[] upstream, double[] gradient);

    double denominator(Layout layout, double[] targets);

    static AnyLoss of(ClassLoss loss) {
        return new AnyLoss() {
            @Override
            public double forward(double[] input, int[] targets) {
                return loss.forward(input, targets);
            }

            @Override
            public double[] backward(double[] input, int[] targets) {
                return loss.backward(input, targets);
            }

            @Override
            public double forwardBackward(double[] input, int[] targets, double[] gradient) {
                return loss.forwardBackward(input, targets, gradient);
            }

            @Override
            public double forward(double[] input, Layout layout, int[] targets) {
                return loss.forward(input, layout, targets);
            }

            @Override
            public void backward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient) {
                loss.backward(input, layout, targets, upstream, gradient);
            }

            @Override
            public double forwardBackward(double[] input, Layout layout, int[] targets, double upstream,
                    double[] gradient) {
                return loss.forwardBackward(input, layout, targets, upstream, gradient);
            }

            @Override
            public void forwardPerSample(double[] input, Layout layout, int[] targets, double[] losses) {
                loss.forwardPerSample(input, layout, targets, losses);
            }

            @Override
            public void backwardPerSample(double[] input, Layout layout, int[] targets, double[] upstream,
                    double[] gradient) {
                loss.backwardPerSample(input, layout, targets, upstream, gradient);
            }

            @Override
            public double denominator(Layout layout, int[] targets) {
                return loss.denominator(layout, targets);
            }

            @Override
            public double forward(double[] input, Layout layout, double[] targets) {
                return loss.forward(input, layout, targets);
            }

            @Override
            public void backward(double[] input, Layout layout, double[] targets, double upstream, double[] gradient) {
                loss.backward(input, layout, targets, upstream, gradient);
            }

            @Override
            public double forwardBackward(double[] input, Layout layout, double[] targets, double upstream,
                    double[] gradient) {
                return loss.forwardBackward(input, layout, targets, upstream, gradient);
            }

            @Override
            public void forwardPerSample(double[] input, Layout layout, double[] targets, double[] losses) {
                loss.forwardPerSample(input, layout, targets, losses);
            }

            @Override
            public void backwardPerSample(double[] input, Layout layout, double[] targets, double[] upstream,
                    double[] gradient) {
                loss.backwardPerSample(input, layout, targets, upstream, gradient);
            }

            @Override
            public double denominator(Layout layout, double[] targets) {
                return loss.denominator(layout, targets);
            }
        };
    }
}
