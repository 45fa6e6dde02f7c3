package io.engram.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.SamplerSpec;

/**
 * Deep Q-learning with a replay memory and a target network, Double DQN and returns over n steps if asked: all of the
 * algorithm, to be read from top to bottom. The same with priorities is {@link PrioritizedDqn}.
 *
 * <p>Sources: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015; van Hasselt,
 * Guez and Silver, "Deep Reinforcement Learning with Double Q-learning", AAAI 2016; Hessel et al., "Rainbow", AAAI
 * 2018, section "Multi-step learning".
 */
final class Dqn extends Agent {
    /** A new agent with random weights; the memory is of {@link #schema} and stays the caller's to close. */
    Dqn(String environmentName, long seed, DqnSettings settings, Engine engine, ReplayMemory memory) {
        super(environmentName, seed, settings, engine, memory, sampling(settings));
    }

    /** Every transition is as likely as any other. */
    private static SamplerSpec.Builder sampling(DqnSettings settings) {
        return SamplerSpec.uniform("learner", settings.replay().batchSize());
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

            NDArray targetValues = target.forward(nextObservations);
            NDArray choosingValues = objective.doubleDqn() ? online.forward(nextObservations) : targetValues;
            NDArray expected = targets(rewards, discounts, bootstrap, choosingValues, targetValues);
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray errors = pick(online.forward(observations), actions).sub(expected);
                NDArray loss = losses(errors, objective.huber()).mean();
                collector.backward(loss);
                noteLoss(loss.getFloat());
            }
            online.update(optimizer, settings.schedule().learningRate().at(step), objective.maxGradientNorm());
        }
    }

    /**
     * What the value of the action taken should be: the rewards of n steps, each discounted by gamma a step, plus the
     * value of the state after them, discounted in the same way, unless the episode terminated there. Where an episode
     * ends early the steps are fewer, which rewards and discounts know. A truncated episode would have gone on, so its
     * last step bootstraps like any other. The last state's value is {@code targetValues} at the action for which
     * {@code choosingValues} is greatest: the same values for DQN, the online network's for Double DQN.
     */
    static NDArray targets(
            NDArray rewards, NDArray discounts, NDArray bootstrap, NDArray choosingValues, NDArray targetValues) {
        NDArray nextValues = pick(targetValues, choosingValues.argMax(1));
        return rewards.add(nextValues.mul(bootstrap).mul(discounts));
    }

    /** Of each error its square, or its Huber loss: half the square up to 1, straight beyond. */
    static NDArray losses(NDArray errors, boolean huber) {
        if (!huber) {
            return errors.square();
        }
        NDArray sizes = errors.abs();
        NDArray bent = sizes.minimum(1);
        return bent.square().mul(0.5f).add(sizes.sub(bent));
    }
}
