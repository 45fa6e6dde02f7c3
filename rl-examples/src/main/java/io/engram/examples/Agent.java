package io.engram.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SamplerState;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;

/**
 * What every agent here is made of, and how it is saved: nothing of how it learns. The algorithms are {@link Dqn} and
 * {@link PrioritizedDqn}; what surrounds them (when to end, snapshots, metrics) is {@link TrainingRun}.
 *
 * <p>Acting and learning share one thread, so a seed decides everything: the same seed, settings and memory give the
 * same weights.
 */
abstract class Agent implements AutoCloseable {
    static final String NEXT_OBSERVATION = Schema.NEXT + Field.OBSERVATION;

    final DqnSettings settings;
    final SplitMix64 exploration;
    final Environment environment;
    final StreamWriter writer;
    /** What the agent sees of the episode under way. */
    final FrameStack seen;

    final Sampler sampler;
    final Batch batch;
    final Engine engine;
    final NDManager manager;
    final QNetwork online;
    final QNetwork target;
    final SavableAdam optimizer = new SavableAdam();
    /** Steps taken in all. */
    long step;
    /** The rewards of the episode under way, added up, and its steps. */
    double episodeReturn;

    int episodeLength;

    private final SplitMix64 environmentRandom;
    private double lastLoss = Double.NaN;

    /** Random weights, and a sampler as described; the memory is of {@link #schema} and stays the caller's to close. */
    Agent(
            String environmentName,
            long seed,
            DqnSettings settings,
            Engine engine,
            ReplayMemory memory,
            SamplerSpec.Builder sampling) {
        SplitMix64 seeds = new SplitMix64(seed);
        this.settings = settings;
        this.engine = engine;
        environmentRandom = new SplitMix64(seeds.nextLong());
        exploration = new SplitMix64(seeds.nextLong());
        environment = Environments.make(environmentName, environmentRandom);
        writer = memory.writer("actor");
        seen = new FrameStack(environment.observationSpec(), settings.frames());
        sampler = memory.sampler(spec(sampling, settings, seeds.nextLong()));
        batch = sampler.newBatch();
        manager = engine.newBaseManager();
        online = network(manager, environment, settings, new SplitMix64(seeds.nextLong()));
        target = network(manager, environment, settings, new SplitMix64(0));
        target.copyFrom(online);
    }

    /** The agent that learns from the memory the settings ask for. */
    static Agent make(String environmentName, long seed, DqnSettings settings, Engine engine, ReplayMemory memory) {
        return settings.replay().memory() == MemoryKind.UNIFORM
                ? new Dqn(environmentName, seed, settings, engine, memory)
                : new PrioritizedDqn(environmentName, seed, settings, engine, memory);
    }

    /**
     * What a row of the memory holds for an environment. Numbers are twice in it, as state and next state; images,
     * which are large, are stored once.
     */
    static Schema schema(Environment environment) {
        ObservationSpec observation = environment.observationSpec();
        return Schema.builder()
                .observation(observation.dtype(), observation.shape())
                .action(DType.I32)
                .reward()
                .rowLayout(observation.isImage() ? RowLayout.ARRIVAL : RowLayout.SELF_CONTAINED)
                .build();
    }

    /** A network of the right kind and shape for an environment. */
    static QNetwork network(NDManager manager, Environment environment, DqnSettings settings, SplitMix64 random) {
        return new QNetwork(
                manager,
                environment.observationSpec(),
                settings.frames(),
                settings.hidden(),
                environment.actions(),
                random);
    }

    /**
     * What the sampler is asked for. How it draws is the algorithm's; what a transition consists of is said here: a
     * state, the action, the rewards of n steps added up, the state after them, and by how much its value counts.
     * States are stacked as {@link #seen} stacks them, out of single ones.
     */
    private static SamplerSpec spec(SamplerSpec.Builder sampling, DqnSettings settings, long seed) {
        return sampling.seed(seed)
                .nStep(NStep.of(
                        settings.objective().nStep(), settings.objective().gamma()))
                .stack(Field.OBSERVATION, io.engram.replay.FrameStack.of(settings.frames()))
                .columns(
                        Field.OBSERVATION,
                        Field.ACTION,
                        Field.REWARD,
                        NEXT_OBSERVATION,
                        NStep.DISCOUNT,
                        NStep.BOOTSTRAP)
                .build();
    }

    /** A column of observations of the batch as what the network gets; valid until the next sample. */
    final NDArray observations(NDManager scope, String name) {
        return tensor(scope, name).reshape(environment.observationSpec().inputShape(batch.size(), settings.frames()));
    }

    /** Begins an episode: in the environment, in the memory and in what the agent sees. */
    final void begin() {
        Observation first = environment.reset();
        first.stage(writer.field(Field.OBSERVATION));
        writer.begin();
        seen.begin(first);
        episodeReturn = 0;
        episodeLength = 0;
    }

    /** Begins an episode unless one is open: left by a former call of {@link #train}, or restored. */
    final void beginUnlessInEpisode() {
        if (!writer.inEpisode()) {
            begin();
        }
    }

    /** Adds a step to the memory, to what the agent sees and to what the episode came to. */
    final void remember(int action, Environment.Step result) {
        writer.field(Field.ACTION).set(action);
        writer.field(Field.REWARD).set(result.reward());
        result.observation().stage(writer.field(Field.OBSERVATION));
        writer.step(result.terminated(), result.truncated());
        seen.push(result.observation());
        episodeReturn += result.reward();
        episodeLength++;
    }

    /** Acts and learns for as long as the observer wants more. Goes on with the open episode, or begins one. */
    abstract void train(Observer observer);

    /** One gradient step on one batch. */
    abstract void learn();

    /** A column of the batch as a tensor over the same memory, without a copy; valid until the next sample. */
    final NDArray tensor(NDManager scope, String name) {
        Column column = batch.column(name);
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

    /** Of each row the value of one action. */
    static NDArray pick(NDArray values, NDArray actions) {
        return values.gather(actions.expandDims(1), 1).squeeze(1);
    }

    /** Remembers the loss of a batch; throws {@link RunException} if it is none. */
    final void noteLoss(double loss) {
        lastLoss = loss;
        if (!Double.isFinite(loss)) {
            throw new RunException("learning diverged: loss=" + loss + " at step=" + step);
        }
    }

    /** The probability of a random action now. */
    final double epsilon() {
        return settings.schedule().epsilon().at(step);
    }

    /** Steps taken in all. */
    final long step() {
        return step;
    }

    /** The loss of the last batch; NaN before the first. */
    final double lastLoss() {
        return lastLoss;
    }

    /** Where the agent acts. */
    final Environment environment() {
        return environment;
    }

    /** The network that learns. */
    final QNetwork online() {
        return online;
    }

    /** Adds everything that decides how the training goes on, but for the memory. Not from within a step. */
    final void save(Checkpoint.Builder checkpoint) {
        checkpoint.put("step", step);
        checkpoint.put("lastLoss", lastLoss);
        checkpoint.put("random/environment", environmentRandom.state());
        checkpoint.put("random/exploration", exploration.state());
        checkpoint.put("sampler/random", sampler.state().random());
        checkpoint.put("sampler/batches", sampler.state().batches());
        online.save("online", checkpoint);
        target.save("target", checkpoint);
        online.save(optimizer, checkpoint);
        checkpoint.put("episode/open", writer.inEpisode() ? 1 : 0);
        checkpoint.put("episode/return", episodeReturn);
        checkpoint.put("episode/length", episodeLength);
        checkpoint.put("episode/environment", environment.save());
        seen.save("episode/seen", checkpoint);
    }

    /** Takes what {@link #save} added, with the episode that was open or without. */
    final void restore(Checkpoint checkpoint, ResumeMode mode) {
        switch (mode) {
            case EXACT -> restoreEpisode(checkpoint);
            case KEEP -> writer.abandon();
        }
        step = checkpoint.getLong("step");
        lastLoss = checkpoint.getDouble("lastLoss");
        environmentRandom.restore(checkpoint.getLong("random/environment"));
        exploration.restore(checkpoint.getLong("random/exploration"));
        sampler.restore(new SamplerState(checkpoint.getLong("sampler/random"), checkpoint.getLong("sampler/batches")));
        online.restore("online", checkpoint);
        target.restore("target", checkpoint);
        online.restore(optimizer, checkpoint);
    }

    /** Begins everything random anew, by another seed; weights, schedules and the episode stay. */
    final void reseed(long seed) {
        SplitMix64 seeds = new SplitMix64(seed);
        environmentRandom.restore(seeds.nextLong());
        exploration.restore(seeds.nextLong());
        sampler.restore(new SamplerState(seeds.nextLong(), sampler.state().batches()));
    }

    /** Takes the episode; its rows must be the newest of this stream in the memory, which only the caller can know. */
    private void restoreEpisode(Checkpoint checkpoint) {
        boolean open = checkpoint.getLong("episode/open") == 1;
        if (writer.inEpisode() != open) {
            throw new RunException("cannot resume " + ResumeMode.EXACT.label() + ": the checkpoint has "
                    + (open ? "an" : "no") + " open episode, the memory has " + (open ? "none" : "one")
                    + "; resume with the memory as it was then, or " + ResumeMode.KEEP.label());
        }
        episodeReturn = checkpoint.getDouble("episode/return");
        episodeLength = Math.toIntExact(checkpoint.getLong("episode/length"));
        environment.restore(checkpoint.getDoubles("episode/environment", environment.save().length));
        seen.restore("episode/seen", checkpoint);
    }

    /** Frees the networks and ends writer and sampler; an open episode is abandoned. */
    @Override
    public final void close() {
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
