package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Sampler;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md says what the code says. */
class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("engram.root"));

    @TempDir
    Path directory;

    @Test
    void snippetIsTheCodeThatRuns() throws IOException {
        String source = Files.readString(ROOT.resolve("replay-offheap/src/test/java")
                .resolve(ReadmeSnippets.class.getName().replace('.', '/') + ".java"));
        String code =
                between(source, "// README begin\n", "\n        // README end").stripIndent();
        String readme = Files.readString(ROOT.resolve("README.md"));
        assertThat(between(readme, "```java\n", "\n```")).isEqualTo(code);
        String second = between(source, "// README priorities begin\n", "\n        // README priorities end")
                .stripIndent();
        assertThat(readme).contains("```java\n" + second + "\n```");
        String third = between(source, "// README stacks begin\n", "\n        // README stacks end")
                .stripIndent();
        assertThat(readme).contains("```java\n" + third + "\n```");
        String fourth = between(source, "// README snapshots begin\n", "\n        // README snapshots end")
                .stripIndent();
        assertThat(readme).contains("```java\n" + fourth + "\n```");
        String fifth = between(source, "// README catalogue begin\n", "\n        // README catalogue end")
                .stripIndent();
        assertThat(readme).contains("```java\n" + fifth + "\n```");
    }

    @Test
    void snippetBranchesARun() {
        Schema schema = Schema.builder().observation(DType.F32, 1).build();
        Path memory = directory.resolve("memory");
        Path branch = directory.resolve("branch");
        CountingAgent agent = new CountingAgent();
        ReadmeSnippets.branch(memory, branch, schema, agent, 25_000);
        assertThat(Snapshots.of(memory).list()).extracting(Snapshot::name).containsExactly("step-10000", "step-20000");
        CountingAgent resumed = new CountingAgent();
        try (OffHeapReplayMemory fork =
                OffHeapReplayMemory.builder(schema, 1_000_000).directory(branch).open()) {
            resumed.restore(fork.resumePoint().orElseThrow().state("agent").orElseThrow());
            assertThat(resumed.steps).isEqualTo(10_000);
            assertThat(fork.size()).isEqualTo(10_001);
        }
        try (OffHeapReplayMemory restored =
                OffHeapReplayMemory.builder(schema, 1_000_000).directory(memory).open()) {
            assertThat(restored.size()).isEqualTo(20_001);
        }
    }

    /** Its steps are all that it knows. */
    private static final class CountingAgent implements ReadmeSnippets.SavableAgent {
        private long steps;

        @Override
        public long steps() {
            return steps;
        }

        @Override
        public void step(StreamWriter writer, Sampler sampler) {
            if (!writer.inEpisode()) {
                writer.begin(new float[1]);
            }
            writer.field("observation").set(new float[] {steps});
            writer.step(false, false);
            steps++;
        }

        @Override
        public byte[] state() {
            return ByteBuffer.allocate(Long.BYTES).putLong(steps).array();
        }

        @Override
        public void restore(byte[] state) {
            steps = ByteBuffer.wrap(state).getLong();
        }
    }

    @Test
    void snippetTrainsByPriority() {
        Schema schema = Schema.builder().observation(DType.F32, 1).build();
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 1_000_000)
                        .directory(directory)
                        .open();
                StreamWriter writer = memory.writer("actor-0")) {
            writer.begin(new float[1]);
            for (int step = 0; step < 300; step++) {
                writer.field("observation").set(new float[] {step});
                writer.step(false, false);
            }
        }
        AtomicInteger learned = new AtomicInteger();
        ReadmeSnippets.trainByPriority(
                directory,
                schema,
                (batch, weights) -> {
                    assertThat(weights.getFloat(0)).isEqualTo(batch.weight(0)).isPositive();
                    learned.incrementAndGet();
                    return new float[batch.size()];
                },
                20);
        assertThat(learned).hasValue(20);
    }

    @Test
    void snippetDrawsFromTheBestEpisodes() {
        Schema schema = Schema.builder().observation(DType.F32, 1).reward().build();
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 1_000)
                        .directory(directory)
                        .open();
                StreamWriter writer = memory.writer("actor-0")) {
            for (int episode = 0; episode < 30; episode++) {
                writer.begin(new float[] {episode});
                writer.field("reward").set((float) (episode % 20));
                writer.field("observation").set(new float[] {episode});
                writer.step(true, false);
            }
            // Returns of 10 and more are those of episodes 10 to 19.
            ReadmeSnippets.imitate(memory, batch -> {
                for (int row = 0; row < batch.size(); row++) {
                    assertThat(batch.column("observation").floats().get(row)).isBetween(10f, 19f);
                }
            });
        }
    }

    @Test
    void snippetSamplesStacks() {
        Schema schema = Schema.builder().observation(DType.U8, 84, 84).reward().build();
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 100)
                        .directory(directory)
                        .open();
                StreamWriter writer = memory.writer("actor-0")) {
            writer.begin(new byte[84 * 84]);
            for (int step = 0; step < 10; step++) {
                writer.field("reward").set(1f);
                writer.field("observation").set(new byte[84 * 84]);
                writer.step(step == 9, false);
            }
            ReadmeSnippets.sampleStacks(memory, (states, later, returns, discounts, bootstraps) -> {
                assertThat(states.capacity()).isEqualTo(32 * 4 * 84 * 84).isEqualTo(later.capacity());
                for (int row = 0; row < 32; row++) {
                    assertThat(returns.get(row)).isBetween(1f, 3f);
                    assertThat(discounts.get(row)).isBetween(0.97f, 0.99f);
                    assertThat(bootstraps.get(row)).isBetween((byte) 0, (byte) 1);
                }
            });
        }
    }

    @Test
    void snippetTrains() {
        CountingEnvironment env = new CountingEnvironment();
        ReadmeSnippets.train(directory, env, 300);
        assertThat(env.learned).isEqualTo(300);
        assertThat(env.resets).isEqualTo(1 + 300 / CountingEnvironment.EPISODE);
    }

    @Test
    void coordinatesAndFlagAreThoseOfTheBuild() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String version = between(pom, "<artifactId>engram</artifactId>\n  <version>", "</version>");
        assertThat(readme)
                .contains("<version>" + version + "</version>", "io.engram:replay-offheap:" + version)
                .contains("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
        assertThat(pom).contains("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        assertThat(from).as("position of %s", begin).isNotNegative();
        int to = text.indexOf(end, from + begin.length());
        assertThat(to).as("position of %s", end).isNotNegative();
        return text.substring(from + begin.length(), to);
    }

    /** Episodes of a fixed length whose observations count up; checks that every batch holds whole transitions. */
    private static final class CountingEnvironment implements ReadmeSnippets.Trainer {
        static final int EPISODE = 7;

        private int count;
        private int learned;
        private int resets;

        @Override
        public float[] reset() {
            resets++;
            count = 0;
            return observation();
        }

        @Override
        public int act(float[] observation) {
            return count;
        }

        @Override
        public float reward() {
            return count;
        }

        @Override
        public float[] observe(int action) {
            count++;
            return observation();
        }

        @Override
        public boolean terminated() {
            return count == EPISODE;
        }

        @Override
        public boolean truncated() {
            return false;
        }

        @Override
        public void learn(FloatBuffer observations, FloatBuffer nextObservations, Batch batch) {
            learned++;
            for (int row = 0; row < batch.size(); row++) {
                float next = nextObservations.get(4 * row);
                assertThat(next).isEqualTo(observations.get(4 * row) + 1);
                assertThat(batch.column("reward").floats().get(row)).isEqualTo(next);
                assertThat(batch.column("terminated").buffer().get(row)).isEqualTo((byte) (next == EPISODE ? 1 : 0));
            }
        }

        private float[] observation() {
            return new float[] {count, 0, 0, 0};
        }
    }
}
