package io.github.surprisal.integrations;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import com.oracle.labs.mlrg.olcut.util.Pair;
import io.github.surprisal.CrossEntropyLoss;
import org.tribuo.classification.sgd.LabelObjective;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.util.ExpNormalizer;
import org.tribuo.math.util.VectorNormalizer;

/**
 * Cross-entropy for Tribuo's linear classifiers and factorisation machines. Tribuo climbs: it wants the log-likelihood
 * and the gradient uphill, which a change of sign gives exactly. (Code that hands over whole batches asks for that with
 * an upstream of -1.)
 */
public final class TribuoObjective implements LabelObjective {

    private final CrossEntropyLoss loss = CrossEntropyLoss.create();

    @Override
    public Pair<Double, SGDVector> lossAndGradient(Integer truth, SGDVector prediction) {
        double[] logits = prediction.toArray();
        double value = loss.forwardBackward(logits, truth, logits);
        DenseVector gradient = DenseVector.createDenseVector(logits);
        gradient.scaleInPlace(-1.0);
        return new Pair<>(-value, gradient);
    }

    @Deprecated
    @Override
    public Pair<Double, SGDVector> valueAndGradient(int truth, SGDVector prediction) {
        return lossAndGradient(truth, prediction);
    }

    @Override
    public VectorNormalizer getNormalizer() {
        return new ExpNormalizer();
    }

    @Override
    public boolean isProbabilistic() {
        return true;
    }

    @Override
    public ConfiguredObjectProvenance getProvenance() {
        return new ConfiguredObjectProvenanceImpl(this, "LabelObjective");
    }
}
