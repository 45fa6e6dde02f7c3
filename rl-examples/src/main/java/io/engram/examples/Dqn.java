package io.engram.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;

/**
 * Deep Q-learning with a replay memory and a target network, Double DQN if asked: all of the algorithm, to be read from
 * top to bottom. What surrounds it (when to end, checkpoints, metrics) is {@link TrainingRun}.
 *
 * <p>Acting and learning share one thread, so a seed decides everything: the same seed, settings and memory give the
 * same weights.
 *
 * <p>Sources: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015; van Hasselt,
 * Guez and Silver, "Deep Reinforcement Learning with Double Q-learning", AAAI 2016.
 */
final class Dqn implements AutoCloseable {
    private static final String NEXT_OBSERVATION = Schema.NEXT + Field.OBSERVATION;

    private final DqnSettings settings;
    private final SplitMix64 environmentRandom;
    private final SplitMix64 exploration;
    private final Environment environment;
    private final StreamWriter writer;
    private final Sampler sampler;
    private final Batch batch;
    private final Engine engine;
    private final NDManager manager;
    private final QNetwork online;
    private final QNetwork target;
    private final SavableAdam optimizer = new SavableAdam();

    private long step;
    private long gradientSteps;
    private double lastLoss = Double.NaN;

    /** What a row of the memory holds for an environment. */
    static Schema schema(Environment environment) {
        return Schema.builder()
                .observation(DType.F32, environment.observationSize())
                .action(DType.I32)
                .reward()
                .rowLayout(RowLayout.SELF_CONTAINED)
                .build();
    }

    /** A new agent with random weights; the memory is of {@link #schema} and stays the caller's to close. */
    Dqn(String environmentName, long seed, DqnSettings settings, Engine engine, ReplayMemory memory) {
        SplitMix64 seeds = new SplitMix64(seed);
        this.settings = settings;
        this.engine = engine;
        environmentRandom = new SplitMix64(seeds.nextLong());
        exploration = new SplitMix64(seeds.nextLong());
        environment = Environments.make(environmentName, environmentRandom);
        writer = memory.writer("actor");
        sampler =
                memory.sampler(SamplerSpec.uniform("learner", settings.replay().batchSize())
                        .seed(seeds.nextLong())
                        .columns(Field.OBSERVATION, Field.ACTION, Field.REWARD, NEXT_OBSERVATION, Schema.TERMINATED)
                        .build());
        batch = sampler.newBatch();
        manager = engine.newBaseManager();
        online = network(manager, environment, settings, new SplitMix64(seeds.nextLong()));
        target = network(manager, environment, settings, new SplitMix64(0));
        target.copyFrom(online);
    }

    /** A network of the right shape for an environment. */
    static QNetwork network(NDManager manager, Environment environment, DqnSettings settings, SplitMix64 random) {
        return new QNetwork(manager, environment.observationSize(), settings.hidden(), environment.actions(), random);
    }

    /** Acts and learns for as long as the observer wants more. Begins with a new episode. */
    void train(Observer observer) {
        DqnSettings.Schedule schedule = settings.schedule();
        float[] observation = environment.reset();
        writer.begin(observation);
        double episodeReturn = 0;
        int episodeLength = 0;
        while (observer.wantsMore()) {
            // Act: at random with probability epsilon, else for the greatest value.
            int action = exploration.nextDouble() < epsilon()
                    ? exploration.nextInt(environment.actions())
                    : online.greedyAction(observation);
            Environment.Step result = environment.step(action);
            step++;

            // Remember. The memory is told of both ends of an episode, and gets its true last observation.
            writer.step(action, result.reward(), result.observation(), result.terminated(), result.truncated());
            observation = result.observation();
            episodeReturn += result.reward();
            episodeLength++;
            if (result.endsEpisode()) {
                observer.episodeEnded(episodeReturn, episodeLength);
                observation = environment.reset();
                writer.begin(observation);
                episodeReturn = 0;
                episodeLength = 0;
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

    /** One gradient step on one batch. */
    void learn() {
        DqnSettings.Objective objective = settings.objective();
        sampler.sample(batch);
        try (NDManager scope = manager.newSubManager()) {
            NDArray observations = tensor(scope, batch.column(Field.OBSERVATION));
            NDArray actions = tensor(scope, batch.column(Field.ACTION)).toType(DataType.INT64, false);
            NDArray rewards = tensor(scope, batch.column(Field.REWARD));
            NDArray nextObservations = tensor(scope, batch.column(NEXT_OBSERVATION));
            NDArray terminated = tensor(scope, batch.column(Schema.TERMINATED)).toType(DataType.FLOAT32, false);

            NDArray targetValues = target.forward(nextObservations);
            NDArray choosingValues = objective.doubleDqn() ? online.forward(nextObservations) : targetValues;
            NDArray expected = targets(rewards, terminated, choosingValues, targetValues, objective.gamma());
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray values = pick(online.forward(observations), actions);
                NDArray loss = loss(values.sub(expected), objective.huber());
                collector.backward(loss);
                lastLoss = loss.getFloat();
            }
            online.update(optimizer, settings.schedule().learningRate().at(step));
        }
        gradientSteps++;
        if (!Double.isFinite(lastLoss)) {
            throw new RunException("learning diverged: loss=" + lastLoss + " at step=" + step);
        }
    }

    /**
     * What the value of the action taken should be: the reward, plus gamma times the value of the next state unless the
     * episode terminated there. A truncated episode would have gone on, so its last step bootstraps like any other. The
     * next state's value is {@code targetValues} at the action for which {@code choosingValues} is greatest: the same
     * values for DQN, the online network's for Double DQN.
     */
    static NDArray targets(
            NDArray rewards, NDArray terminated, NDArray choosingValues, NDArray targetValues, double gamma) {
        NDArray nextValues = pick(targetValues, choosingValues.argMax(1));
        NDArray continues = terminated.mul(-1).add(1);
        return rewards.add(nextValues.mul(continues).mul((float) gamma));
    }

    /** The mean over the batch of the squared error, or of the Huber loss: squared up to 1, straight beyond. */
    static NDArray loss(NDArray errors, boolean huber) {
        if (!huber) {
            return errors.square().mean();
        }
        NDArray sizes = errors.abs();
        NDArray bent = sizes.minimum(1);
        return bent.square().mul(0.5f).add(sizes.sub(bent)).mean();
    }

    /** Of each row the value of one action. */
    private static NDArray pick(NDArray values, NDArray actions) {
        return values.gather(actions.expandDims(1), 1).squeeze(1);
    }

    /** A column of the batch as a tensor over the same memory, without a copy; valid until the next sample. */
    private static NDArray tensor(NDManager scope, Column column) {
        DataType type = switch (column.dtype()) {
            case F32 -> DataType.FLOAT32;
            case F64 -> DataType.FLOAT64;
            case U8 -> DataType.UINT8;
            case I8 -> DataType.INT8;
            case I16 -> DataType.INT16;
            case I32 -> DataType.INT32;
            case I64 -> DataType.INT64;
            case BOOL -> DataType.BOOLEAN;
        };
        long[] shape = new long[1 + column.shape().size()];
        shape[0] = column.rows();
        for (int i = 1; i < shape.length; i++) {
            shape[i] = column.shape().get(i - 1);
        }
        return scope.create(column.buffer(), new Shape(shape), type);
    }

    /** The probability of a random action now. */
    double epsilon() {
        return settings.schedule().epsilon().at(step);
    }

    /** Steps taken in all. */
    long step() {
        return step;
    }

    /** The loss of the last batch; NaN before the first. */
    double lastLoss() {
        return lastLoss;
    }

    /** Where the agent acts. */
    Environment environment() {
        return environment;
    }

    /** The network that learns. */
    QNetwork online() {
        return online;
    }

    /** Adds everything that decides how the training goes on, but for the memory and the episode under way. */
    void save(Checkpoint.Builder checkpoint) {
        checkpoint.put("step", step);
        checkpoint.put("gradientSteps", gradientSteps);
        checkpoint.put("lastLoss", lastLoss);
        checkpoint.put("random/environment", environmentRandom.state());
        checkpoint.put("random/exploration", exploration.state());
        checkpoint.put("random/sampler", sampler.randomState());
        online.save("online", checkpoint);
        target.save("target", checkpoint);
        online.save(optimizer, checkpoint);
    }

    /** Takes everything that {@link #save} added. */
    void restore(Checkpoint checkpoint) {
        step = checkpoint.getLong("step");
        gradientSteps = checkpoint.getLong("gradientSteps");
        lastLoss = checkpoint.getDouble("lastLoss");
        environmentRandom.restore(checkpoint.getLong("random/environment"));
        exploration.restore(checkpoint.getLong("random/exploration"));
        sampler.restoreRandomState(checkpoint.getLong("random/sampler"));
        online.restore("online", checkpoint);
        target.restore("target", checkpoint);
        online.restore(optimizer, checkpoint);
    }

    /** Frees the networks and ends writer and sampler; an open episode is abandoned. */
    @Override
    public void close() {
        sampler.close();
        writer.close();
        manager.close();
    }

    /** What a training run is told, and asked. */
    interface Observer {
        /** Whether another step shall be taken. */
        boolean wantsMore();

        /** An episode ended with the step under way. */
        void episodeEnded(double episodeReturn, int episodeLength);

        /** A step was taken, with all the learning that came with it. */
        void stepTaken();
    }
}
