package io.engram.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.optimizer.Optimizer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Adam, bit for bit the library's own, except that its state can be saved and restored; the library's cannot, and a
 * run resumed without it learns something else.
 *
 * <p>Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
 */
final class SavableAdam extends Optimizer {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    private float learningRate;
    private final Map<String, State> states = new LinkedHashMap<>();

    SavableAdam() {
        super(new Defaults());
    }

    /** The learning rate from the next update on; 0 before the first call. */
    void setLearningRate(double newLearningRate) {
        learningRate = (float) newLearningRate;
    }

    @Override
    public void update(String parameterId, NDArray weight, NDArray gradient) {
        State state = stateOf(parameterId, weight);
        state.updates++;
        double correction1 = 1.0 - Math.pow(BETA1, (double) state.updates);
        double correction2 = 1.0 - Math.pow(BETA2, (double) state.updates);
        float correctedRate = (float) (learningRate * Math.sqrt(correction2) / correction1);
        weight.getNDArrayInternal()
                .adamUpdate(
                        new NDList(weight, gradient, state.mean, state.variance),
                        new NDList(weight),
                        learningRate,
                        correctedRate,
                        getWeightDecay(),
                        rescaleGrad,
                        clipGrad,
                        BETA1,
                        BETA2,
                        EPSILON,
                        true,
                        false);
    }

    /** Adds the state kept for a parameter to a checkpoint; a parameter never updated has zeros. */
    void save(String parameterId, NDArray weight, Checkpoint.Builder checkpoint) {
        State state = stateOf(parameterId, weight);
        checkpoint.put("adam/" + parameterId + "/updates", state.updates);
        checkpoint.put("adam/" + parameterId + "/mean", state.mean.toFloatArray());
        checkpoint.put("adam/" + parameterId + "/variance", state.variance.toFloatArray());
    }

    /** Takes the state for a parameter from a checkpoint. */
    void restore(String parameterId, NDArray weight, Checkpoint checkpoint) {
        int size = Math.toIntExact(weight.size());
        State state = stateOf(parameterId, weight);
        state.updates = checkpoint.getLong("adam/" + parameterId + "/updates");
        QNetwork.assign(state.mean, checkpoint.getFloats("adam/" + parameterId + "/mean", size));
        QNetwork.assign(state.variance, checkpoint.getFloats("adam/" + parameterId + "/variance", size));
    }

    private State stateOf(String parameterId, NDArray weight) {
        return states.computeIfAbsent(parameterId, id -> new State(weight.zerosLike(), weight.zerosLike()));
    }

    /** The moments live as long as the parameter they belong to: both are of the same manager. */
    private static final class State {
        private final NDArray mean;
        private final NDArray variance;
        private long updates;

        State(NDArray mean, NDArray variance) {
            this.mean = mean;
            this.variance = variance;
        }
    }

    private static final class Defaults extends OptimizerBuilder<Defaults> {
        @Override
        protected Defaults self() {
            return this;
        }
    }
}
