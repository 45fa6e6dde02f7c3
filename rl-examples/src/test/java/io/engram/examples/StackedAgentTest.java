package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent learns from the stacks of images that it acted on, byte for byte, though each image is stored once. */
class StackedAgentTest {
    private static final int FRAME = 84 * 84;
    private static final int STACK = 4 * FRAME;

    @TempDir
    private Path directory;

    /** What was acted on, by the sequence of the row that has its newest image, and what came of it. */
    private final Map<Long, byte[]> actedOn = new TreeMap<>();

    private final Map<Long, byte[]> after = new TreeMap<>();

    @ParameterizedTest
    @CsvSource({"UNIFORM, 1", "PRIORITIZED, 1", "RANK, 3"})
    void allThatWasActedOnIsLearnedFrom(MemoryKind kind, int n) {
        try (ReplayMemory memory = open(kind, 5_000);
                Agent agent = agent(kind, n, memory)) {
            play(agent, memory, 60);
            assertThat(learnedFrom(agent)).isEqualTo(actedOn.keySet());
        }
        assertThat(actedOn).hasSize(60);
        // Six episodes of nine steps begin with one image four times, and so does the seventh.
        assertThat(actedOn.values().stream().filter(StackedAgentTest::isOfOneImage))
                .hasSize(7);
    }

    @Test
    void heapHasTheSameStacks() {
        try (ReplayMemory memory = Agents.imageMemory();
                Agent agent = agent(MemoryKind.UNIFORM, 1, memory)) {
            play(agent, memory, 60);
            assertThat(learnedFrom(agent)).isEqualTo(actedOn.keySet());
        }
    }

    /** Rows are overwritten; what is left of an episode is never taken for its start. */
    @Test
    void whatWasOverwrittenIsNotMadeUp() {
        try (ReplayMemory memory = open(MemoryKind.UNIFORM, 45);
                Agent agent = agent(MemoryKind.UNIFORM, 1, memory)) {
            for (int steps = 60; steps < 69; steps++) {
                play(agent, memory, steps);
                long oldest = memory.stats().appendedRows() - 45;
                Set<Long> whole = new HashSet<>();
                for (long state : actedOn.keySet()) {
                    // Ten rows an episode, the first of which is for all that would be before it.
                    if (state - Math.min(state % 10, 3) >= oldest) {
                        whole.add(state);
                    }
                }
                assertThat(learnedFrom(agent)).isEqualTo(whole);
            }
        }
    }

    /** Stopped in the middle of an episode, whose steps stay; the memory is opened again. */
    @ParameterizedTest
    @CsvSource({"UNIFORM, 1", "PRIORITIZED, 3"})
    void resumedAgentLearnsFromWhatWasActedOnBefore(MemoryKind kind, int n) {
        Checkpoint.Builder saved = Checkpoint.builder();
        try (ReplayMemory memory = open(kind, 5_000);
                Agent agent = agent(kind, n, memory)) {
            play(agent, memory, 32);
            agent.save(saved);
        }
        try (ReplayMemory memory = open(kind, 5_000);
                Agent agent = agent(kind, n, memory)) {
            agent.restore(saved.build(), ResumeMode.KEEP);
            play(agent, memory, 60);
            assertThat(learnedFrom(agent)).isEqualTo(actedOn.keySet());
        }
        assertThat(actedOn).hasSize(60);
    }

    private ReplayMemory open(MemoryKind kind, long capacity) {
        return OffHeapReplayMemory.builder(Agent.schema(Environments.make(Catch.NAME, new SplitMix64(0))), capacity)
                .directory(directory.resolve("memory"))
                .priorities(kind.priorities())
                .open();
    }

    private static Agent agent(MemoryKind kind, int n, ReplayMemory memory) {
        return Agents.makeCatch(Presets.catchQuick().withMemory(kind).withNStep(n), 5, memory);
    }

    /** Acts, and notes on what. The newest row is that of the state that is acted on. */
    private void play(Agent agent, ReplayMemory memory, long steps) {
        agent.train(new Agents.StopAt(agent, steps) {
            private long state;

            @Override
            public boolean wantsMore() {
                state = memory.stats().appendedRows() - 1;
                return super.wantsMore() && actedOn.put(state, seen(agent)) == null;
            }

            @Override
            public void episodeEnded(double episodeReturn, int episodeLength) {
                after.put(state, seen(agent));
            }

            @Override
            public void stepTaken() {
                after.putIfAbsent(state, seen(agent));
            }
        });
    }

    private static byte[] seen(Agent agent) {
        byte[] bytes = new byte[STACK];
        agent.seen.buffer().get(0, bytes);
        return bytes;
    }

    /** Draws until all must have come, and compares what the networks get. Returns the states that came. */
    private Set<Long> learnedFrom(Agent agent) {
        Set<Long> states = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            agent.sampler.sample(agent.batch);
            try (NDManager scope = agent.manager.newSubManager()) {
                byte[] before = bytes(agent, scope, Field.OBSERVATION);
                byte[] next = bytes(agent, scope, Agent.NEXT_OBSERVATION);
                for (int row = 0; row < agent.batch.size(); row++) {
                    long state = agent.batch.sequence(row);
                    long last = state + agent.batch.steps(row) - 1;
                    assertThat(stack(before, row)).as("state %d", state).isEqualTo(actedOn.get(state));
                    assertThat(stack(next, row)).as("after state %d", last).isEqualTo(after.get(last));
                    states.add(state);
                }
            }
        }
        return states;
    }

    private static byte[] bytes(Agent agent, NDManager scope, String column) {
        var input = agent.observations(scope, column);
        assertThat(input.getShape()).isEqualTo(new Shape(agent.batch.size(), 4, 84, 84));
        ByteBuffer buffer = input.toByteBuffer();
        byte[] bytes = new byte[agent.batch.size() * STACK];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] stack(byte[] stacks, int row) {
        return Arrays.copyOfRange(stacks, row * STACK, (row + 1) * STACK);
    }

    private static boolean isOfOneImage(byte[] stack) {
        for (int frame = 1; frame < 4; frame++) {
            if (!Arrays.equals(stack, 0, FRAME, stack, frame * FRAME, (frame + 1) * FRAME)) {
                return false;
            }
        }
        return true;
    }
}
