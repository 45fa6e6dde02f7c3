package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.ReplayMemory;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An agent resumed in the middle of an episode goes on as if it had never stopped. */
class ResumedAgentTest {
    private static final int SAVES = 5;

    @TempDir
    private Path directory;

    private Path file;

    /** Step, return and length of every episode that ended. */
    private final List<String> episodes = new ArrayList<>();

    /** Every step, what was seen after it and what was learned. */
    private final List<String> steps = new ArrayList<>();

    @BeforeEach
    void nameFile() {
        file = directory.resolve("checkpoint.bin");
    }

    @ParameterizedTest
    @EnumSource
    void exactlyResumedAgentIsTheOneThatNeverStopped(MemoryKind kind) {
        DqnSettings settings = Presets.quick().withMemory(kind).withNStep(3);
        try (ReplayMemory memory = Agents.memory(kind);
                ReplayMemory twin = Agents.memory(kind)) {
            assertThatChainEqualsOneAgent(CartPole.NAME, settings, 1_600, memory, twin);
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactlyResumedAgentIsTheOneThatNeverStoppedOffTheHeapToo(MemoryKind kind) {
        DqnSettings settings = Presets.quick().withMemory(kind);
        try (ReplayMemory memory = offHeap("memory", kind);
                ReplayMemory twin = offHeap("twin", kind)) {
            assertThatChainEqualsOneAgent(CartPole.NAME, settings, 1_600, memory, twin);
        }
    }

    private ReplayMemory offHeap(String name, MemoryKind kind) {
        return OffHeapReplayMemory.builder(Agent.schema(new CartPole(new SplitMix64(0))), 5_000)
                .directory(directory.resolve(name))
                .priorities(kind.priorities())
                .open();
    }

    @Test
    void exactlyResumedAgentSeesTheImagesBeforeItStopped() {
        try (ReplayMemory memory = Agents.imageMemory();
                ReplayMemory twin = Agents.imageMemory()) {
            assertThatChainEqualsOneAgent(Catch.NAME, smallBatches(), 150, memory, twin);
        }
    }

    /** One agent takes all steps; of a chain each takes some, and only the file and the memory are handed on. */
    private void assertThatChainEqualsOneAgent(
            String environment, DqnSettings settings, long last, ReplayMemory memory, ReplayMemory twin) {
        String weights;
        String sampler;
        try (Agent agent = Agent.make(environment, 5, settings, PyTorch.load(), twin)) {
            train(agent, last);
            weights = agent.online().sha256() + agent.target.sha256();
            sampler = agent.sampler.state().toString();
        }
        List<String> expected = List.copyOf(episodes);
        List<String> expectedSteps = List.copyOf(steps);
        episodes.clear();
        steps.clear();

        ReplayMemory handedOn = keepingEpisodesOpen(memory);
        SplitMix64 random = new SplitMix64(8);
        int inEpisode = 0;
        try (Agent agent = Agent.make(environment, 5, settings, PyTorch.load(), handedOn)) {
            saveTo(file, agent);
        }
        for (int i = 0; i <= SAVES; i++) {
            try (Agent agent = Agent.make(environment, 90 + i, settings, PyTorch.load(), handedOn)) {
                agent.restore(Checkpoint.read(file), ResumeMode.EXACT);
                train(agent, i == SAVES ? last : last * 3 / 4 + last * i / 25 + random.nextLong(last / 25));
                inEpisode += agent.episodeLength > 0 ? 1 : 0;
                saveTo(file, agent);
                if (i == SAVES) {
                    assertThat(steps).isEqualTo(expectedSteps).hasSize((int) last);
                    assertThat(agent.online().sha256() + agent.target.sha256()).isEqualTo(weights);
                    assertThat(agent.sampler.state()).hasToString(sampler);
                }
            }
        }
        assertThat(inEpisode).isGreaterThan(SAVES / 2);
        assertThat(episodes).isEqualTo(expected).hasSizeGreaterThan(10);
        assertThat(memory.stats().appendedRows()).isEqualTo(twin.stats().appendedRows());
    }

    /** As what is trained in one go: {@link Agent#train} does not end an episode. */
    @Test
    void trainingGoesOnWithTheOpenEpisode() {
        try (ReplayMemory memory = Agents.memory(MemoryKind.UNIFORM);
                ReplayMemory twin = Agents.memory(MemoryKind.UNIFORM);
                Agent agent = Agents.make(MemoryKind.UNIFORM, 5, memory);
                Agent stopped = Agents.make(MemoryKind.UNIFORM, 5, twin)) {
            train(agent, 1_200);
            for (int step = 1; step <= 1_200; step += 11) {
                Agents.train(stopped, step);
            }
            Agents.train(stopped, 1_200);
            assertThat(stopped.online().sha256()).isEqualTo(agent.online().sha256());
            assertThat(stopped.episodeReturn).isEqualTo(agent.episodeReturn);
        }
    }

    /** Whether the memory has an open episode or none. */
    @ParameterizedTest
    @EnumSource(Stop.class)
    void agentResumedWithRowsKeptBeginsAnEpisode(Stop stop) {
        try (ReplayMemory memory = Agents.memory(MemoryKind.UNIFORM)) {
            ReplayMemory handedOn = stopInEpisode(memory, stop);
            try (Agent agent = Agents.make(MemoryKind.UNIFORM, 99, handedOn)) {
                agent.restore(Checkpoint.read(file), ResumeMode.KEEP);
                assertThat(agent.writer.inEpisode()).isFalse();
                episodes.clear();
                train(agent, 400);
                String[] first = episodes.get(0).split(" ", -1);
                String length = Long.toString(Long.parseLong(first[0]) - 205);
                assertThat(first).containsExactly(first[0], length + ".0", length);
            }
        }
    }

    @Test
    void agentIsNotResumedExactlyOnAMemoryWithoutItsEpisode() {
        try (ReplayMemory memory = Agents.memory(MemoryKind.UNIFORM)) {
            stopInEpisode(memory, Stop.EPISODE_CLOSED);
            try (Agent agent = Agents.make(MemoryKind.UNIFORM, 99, memory)) {
                String before = agent.online().sha256();
                assertThatThrownBy(() -> agent.restore(Checkpoint.read(file), ResumeMode.EXACT))
                        .isInstanceOf(RunException.class)
                        .hasMessage("cannot resume exact: the checkpoint has an open episode, the memory has none;"
                                + " resume with the memory as it was then, or keep");
                assertThat(agent.online().sha256()).isEqualTo(before);
            }
        }
    }

    @Test
    void agentThatHadNoEpisodeIsNotResumedExactlyInOne() {
        try (ReplayMemory memory = Agents.memory(MemoryKind.UNIFORM)) {
            ReplayMemory handedOn = stopInEpisode(memory, Stop.EPISODE_OPEN);
            try (ReplayMemory other = Agents.memory(MemoryKind.UNIFORM);
                    Agent untrained = Agents.make(MemoryKind.UNIFORM, 5, other)) {
                saveTo(file, untrained);
            }
            try (Agent agent = Agents.make(MemoryKind.UNIFORM, 99, handedOn)) {
                assertThatThrownBy(() -> agent.restore(Checkpoint.read(file), ResumeMode.EXACT))
                        .isInstanceOf(RunException.class)
                        .hasMessageContaining("the checkpoint has no open episode, the memory has one");
            }
        }
    }

    /** Saves an agent after 205 steps. */
    private ReplayMemory stopInEpisode(ReplayMemory memory, Stop stop) {
        ReplayMemory written = stop == Stop.EPISODE_OPEN ? keepingEpisodesOpen(memory) : memory;
        try (Agent agent = Agents.make(MemoryKind.UNIFORM, 5, written)) {
            train(agent, 205);
            assertThat(agent.episodeLength).isBetween(1, 204);
            assertThat(agent.episodeReturn).isEqualTo(agent.episodeLength);
            saveTo(file, agent);
        }
        return written;
    }

    private static void saveTo(Path file, Agent agent) {
        Checkpoint.Builder checkpoint = Checkpoint.builder();
        agent.save(checkpoint);
        checkpoint.build().write(file);
    }

    private void train(Agent agent, long last) {
        agent.train(new Agents.StopAt(agent, last) {
            @Override
            public void episodeEnded(double episodeReturn, int episodeLength) {
                episodes.add(agent.step() + " " + episodeReturn + " " + episodeLength);
            }

            @Override
            public void stepTaken() {
                byte[] seen = new byte[agent.seen.buffer().capacity()];
                agent.seen.buffer().get(0, seen);
                steps.add(agent.step() + " " + Arrays.hashCode(seen) + " " + agent.lastLoss());
            }
        });
    }

    /** The same memory, but that its one writer stays open in its episode when an agent closes it. */
    private static ReplayMemory keepingEpisodesOpen(ReplayMemory memory) {
        StreamWriter writer = memory.writer("actor");
        StreamWriter kept = (StreamWriter) Proxy.newProxyInstance(
                StreamWriter.class.getClassLoader(),
                new Class<?>[] {StreamWriter.class},
                (proxy, method, arguments) ->
                        method.getName().equals("close") ? null : method.invoke(writer, arguments));
        return (ReplayMemory) Proxy.newProxyInstance(
                ReplayMemory.class.getClassLoader(),
                new Class<?>[] {ReplayMemory.class},
                (proxy, method, arguments) ->
                        method.getName().equals("writer") ? kept : method.invoke(memory, arguments));
    }

    /** Catch with small batches from step 40 on. */
    private static DqnSettings smallBatches() {
        DqnSettings quick = Presets.catchQuick();
        return new DqnSettings(
                quick.preset(),
                quick.frames(),
                List.of(32),
                new DqnSettings.Replay(5_000, 8, MemoryKind.UNIFORM, 1_000),
                quick.objective(),
                new DqnSettings.Schedule(
                        40,
                        4,
                        1,
                        50,
                        new DqnSettings.Line(1, 0.2, 90),
                        quick.schedule().learningRate()));
    }

    private enum Stop {
        EPISODE_OPEN,
        EPISODE_CLOSED
    }
}
