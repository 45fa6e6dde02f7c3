package io.engram.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.engram.replay.BetaSchedule;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.SamplerSpec;

/**
 * Deep Q-learning with prioritized replay, Double DQN and returns over n steps if asked: all of the algorithm, to be
 * read from top to bottom beside {@link Dqn}. Three things differ: transitions are drawn by the priorities of the
 * memory's index, proportional or rank-based; each one's loss is multiplied by its importance weight, since it is drawn
 * more or less often than the loss supposes; and its new TD error becomes its priority.
 *
 * <p>Beta, how much the weights correct, rises in a straight line to 1 over {@link DqnSettings.Replay#betaSteps} steps.
 *
 * <p>Source: Schaul, Quan, Antonoglou and Silver, "Prioritized Experience Replay", ICLR 2016, algorithm 1.
 */
final class PrioritizedDqn extends Agent {
    /** A new agent with random weights; the memory has the index of its kind and stays the caller's. */
    PrioritizedDqn(String environmentName, long seed, DqnSettings settings, Engine engine, ReplayMemory memory) {
        super(environmentName, seed, settings, engine, memory, sampling(settings));
    }

    /** A transition is the likelier the greater its TD error was. */
    private static SamplerSpec.Builder sampling(DqnSettings settings) {
        DqnSettings.Replay replay = settings.replay();
        long batches = settings.schedule().batches(replay.betaSteps());
        return SamplerSpec.prioritized("learner", replay.batchSize())
                .beta(BetaSchedule.linear(replay.memory().firstBeta(), 1, batches));
    }

    @Override
    void train(Observer observer) {
        DqnSettings.Schedule schedule = settings.schedule();
        beginUnlessInEpisode();
        while (observer.wantsMore()) {
            // Act: at random with probability epsilon, else for the greatest value.
            int action = exploration.nextDouble() < epsilon()
                    ? exploration.nextInt(environment.actions())
                    : online.greedyAction(seen);
            Environment.Step result = environment.step(action);
            step++;

            // Remember. The memory is told of both ends of an episode, and gets its true last observation.
            remember(action, result);
            if (result.endsEpisode()) {
                observer.episodeEnded(episodeReturn, episodeLength);
                begin();
            }

            // Learn. The step decides when, so that a resumed run has nothing to catch up with.
            if (step % schedule.targetEvery() == 0) {
                target.copyFrom(online);
            }
            if (step >= schedule.learningStarts() && step % schedule.trainEvery() == 0) {
                for (int i = 0; i < schedule.gradientSteps(); i++) {
                    learn();
                }
            }
            observer.stepTaken();
        }
    }

    @Override
    void learn() {
        DqnSettings.Objective objective = settings.objective();
        sampler.sample(batch);
        try (NDManager scope = manager.newSubManager()) {
            NDArray observations = observations(scope, Field.OBSERVATION);
            NDArray actions = tensor(scope, Field.ACTION).toType(DataType.INT64, false);
            NDArray rewards = tensor(scope, Field.REWARD);
            NDArray nextObservations = observations(scope, NEXT_OBSERVATION);
            NDArray discounts = tensor(scope, NStep.DISCOUNT);
            NDArray bootstrap = tensor(scope, NStep.BOOTSTRAP).toType(DataType.FLOAT32, false);
            NDArray weights = scope.create(batch.weights(), new Shape(batch.size()), DataType.FLOAT32);

            NDArray targetValues = target.forward(nextObservations);
            NDArray choosingValues = objective.doubleDqn() ? online.forward(nextObservations) : targetValues;
            NDArray expected = Dqn.targets(rewards, discounts, bootstrap, choosingValues, targetValues);
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray errors = pick(online.forward(observations), actions).sub(expected);
                NDArray loss =
                        Dqn.losses(errors, objective.huber()).mul(weights).mean();
                collector.backward(loss);
                noteLoss(loss.getFloat());
                sampler.updateTdErrors(batch, errors.toFloatArray());
            }
            online.update(optimizer, settings.schedule().learningRate().at(step), objective.maxGradientNorm());
        }
    }
}
