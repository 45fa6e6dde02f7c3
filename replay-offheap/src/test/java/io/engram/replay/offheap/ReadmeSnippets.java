package io.engram.replay.offheap;

import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** The code in README.md: {@link ReadmeTest} runs it and compares the text. */
final class ReadmeSnippets {
    private ReadmeSnippets() {}

    /** The environment and the learner that the snippet leaves to its reader. */
    interface Trainer {
        float[] reset();

        int act(float[] observation);

        float reward();

        float[] observe(int action);

        boolean terminated();

        boolean truncated();

        void learn(FloatBuffer observations, FloatBuffer nextObservations, Batch batch);
    }

    static void train(Path directory, Trainer env, int steps) {
        // README begin
        Schema schema = Schema.builder()
                .observation(DType.F32, 4)
                .action(DType.I32)
                .reward()
                .rowLayout(RowLayout.SELF_CONTAINED)
                .build();
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 1_000_000)
                        .directory(directory)
                        .open();
                StreamWriter writer = memory.writer("actor-0");
                Sampler sampler = memory.sampler(
                        SamplerSpec.uniform("learner", 256).seed(1).build())) {
            Batch batch = sampler.newBatch();
            float[] observation = env.reset();
            writer.begin(observation);
            for (int step = 0; step < steps; step++) {
                int action = env.act(observation);
                observation = env.observe(action);
                writer.step(action, env.reward(), observation, env.terminated(), env.truncated());
                if (env.terminated() || env.truncated()) {
                    observation = env.reset();
                    writer.begin(observation);
                }
                sampler.sample(batch);
                env.learn(
                        batch.column("observation").floats(),
                        batch.column("next/observation").floats(),
                        batch);
            }
        }
        // README end
    }

    /** A learner that weighs its loss and returns its TD errors. */
    interface WeighingLearner {
        float[] learn(Batch batch, ByteBuffer weights);
    }

    static void trainByPriority(Path directory, Schema schema, WeighingLearner learner, int updates) {
        // README priorities begin
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 1_000_000)
                        .directory(directory)
                        .priorities(
                                PriorityIndex.proportional("default").alpha(0.6).build())
                        .open();
                Sampler sampler = memory.sampler(SamplerSpec.prioritized("learner", 256)
                        .beta(BetaSchedule.linear(0.4, 1, 100_000))
                        .build())) {
            Batch batch = sampler.newBatch();
            for (int update = 0; update < updates; update++) {
                sampler.sample(batch);
                float[] tdErrors = learner.learn(batch, batch.weights());
                sampler.updateTdErrors(batch, tdErrors);
            }
        }
        // README priorities end
    }

    /** A learner of image observations. */
    interface FrameLearner {
        void learn(
                ByteBuffer states, ByteBuffer later, FloatBuffer returns, FloatBuffer discounts, ByteBuffer bootstraps);
    }

    static void sampleStacks(OffHeapReplayMemory memory, FrameLearner learner) {
        // README stacks begin
        SamplerSpec spec = SamplerSpec.uniform("learner", 32)
                .stack("observation", FrameStack.of(4))
                .nStep(NStep.of(3, 0.99))
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.sample(sampler.newBatch());
            ByteBuffer states = batch.column("observation").buffer(); // u8 [32, 4, 84, 84]
            ByteBuffer later = batch.column("next/observation").buffer(); // the stacks three steps on, or at the end
            FloatBuffer returns = batch.column("reward").floats(); // r0 + g r1 + g^2 r2
            FloatBuffer discounts = batch.column(NStep.DISCOUNT).floats(); // g^3, of shortened ones g^k
            ByteBuffer bootstraps = batch.column(NStep.BOOTSTRAP).buffer(); // 0 where it terminated
            learner.learn(states, later, returns, discounts, bootstraps);
        }
        // README stacks end
    }

    static void forget(OffHeapReplayMemory memory, Path directory) {
        // README erasure begin
        ErasureCertificate certificate = memory.erase(ErasureRequest.subject("patient-17"));
        System.out.println(certificate.toJson()); // what, when, files, digests of the survivors, what it cannot reach
        ErasureProof proof = Erasures.of(directory).verify(certificate.id(), "patient-17");
        if (!proof.isProven()) {
            throw new IllegalStateException(proof.findings().toString());
        }
        // README erasure end
    }

    /** A learner that is given batches. */
    interface Imitator {
        void learn(Batch batch);
    }

    static void imitate(OffHeapReplayMemory memory, Imitator learner) {
        // README catalogue begin
        Catalogue catalogue = memory.catalogue();
        for (Episode episode : catalogue.bestByReturn(10)) {
            System.out.println(episode.number() + " " + episode.totalReward());
        }
        SamplerSpec spec = SamplerSpec.uniform("imitator", 64)
                .episodes(EpisodeFilter.bestByReturn(10).refreshedEvery(1_000))
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            learner.learn(sampler.sample(sampler.newBatch()));
        }
        // README catalogue end
    }

    /** An agent that can be saved between two steps. */
    interface SavableAgent {
        long steps();

        void step(StreamWriter writer, Sampler sampler);

        byte[] state();

        void restore(byte[] state);
    }

    static void branch(Path directory, Path branch, Schema schema, SavableAgent agent, long steps) {
        // README snapshots begin
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 1_000_000)
                        .directory(directory)
                        .open();
                StreamWriter writer = memory.writer("actor-0");
                Sampler sampler =
                        memory.sampler(SamplerSpec.uniform("learner", 256).build())) {
            memory.resumePoint()
                    .ifPresent(
                            point -> { // after a restore or a fork
                                sampler.restore(point.samplerState("learner").orElseThrow());
                                agent.restore(point.state("agent").orElseThrow());
                            });
            while (agent.steps() < steps) {
                agent.step(writer, sampler); // begins an episode unless writer.inEpisode()
                if (agent.steps() % 10_000 == 0) {
                    memory.beginSnapshot(SnapshotRequest.named("step-" + agent.steps())
                            .step(agent.steps())
                            .state("agent", Captured.of(agent.state()))
                            .retention(Retention.last(3).andEvery(10)));
                }
            }
        }
        Snapshots snapshots = Snapshots.of(directory);
        snapshots.fork("step-10000", branch); // another memory that begins there
        snapshots.restore("step-20000"); // this one goes back
        try (OffHeapReplayMemory past = OffHeapReplayMemory.openSnapshot(directory, "step-10000")) {
            System.out.println(past.size() + " rows to sample, read-only");
        }
        // README snapshots end
    }
}
