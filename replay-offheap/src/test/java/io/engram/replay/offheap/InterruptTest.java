package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thread that was cancelled may still use the memory, and breaks it for nobody. */
class InterruptTest {
    private static final int CAPACITY = 64;

    @TempDir
    Path directory;

    private OffHeapMemoryBuilder builder() {
        return OffHeapReplayMemory.builder(Story.schema(RowLayout.ARRIVAL), CAPACITY)
                .directory(directory)
                .segmentRows(8);
    }

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    @Test
    void closingOnAnInterruptedThreadLosesNothing() {
        try (OffHeapReplayMemory memory = builder().open()) {
            Story.tell(memory.writer("a"), 0, 0, 200);
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        try (OffHeapReplayMemory memory = builder().open()) {
            assertThat(memory.stats().appendedRows()).isEqualTo(200);
            assertThat(memory.size()).isEqualTo(CAPACITY);
        }
    }

    @Test
    void interruptedThreadOpensStreamsAppendsAndSyncs() {
        try (OffHeapReplayMemory memory = builder().withoutAutomaticUpkeep().open();
                Sampler sampler =
                        memory.sampler(SamplerSpec.uniform("learner", 16).build())) {
            Thread.currentThread().interrupt();
            StreamWriter writer = memory.writer("a");
            Story.tell(writer, 0, 0, 100);
            memory.sync();
            memory.upkeep().turn();
            memory.sync();
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
            Story.tell(memory.writer("b"), 1, 0, 100);
            for (int i = 0; i < 30; i++) {
                memory.upkeep().turn();
            }
            memory.sync();
            Story.check(sampler.sample(sampler.newBatch()));
        }
        try (OffHeapReplayMemory memory = builder().open()) {
            assertThat(memory.stats().appendedRows()).isEqualTo(200);
        }
    }

    @Test
    void interruptsAtAnyMomentBreakNothing() throws InterruptedException {
        try (OffHeapReplayMemory memory = builder().withoutAutomaticUpkeep().open()) {
            Thread actor = new Thread(() -> {
                for (int stream = 0; stream < 40; stream++) {
                    Story.tell(memory.writer("s" + stream), stream, 0, 50);
                    memory.sync();
                    memory.upkeep().turn();
                }
            });
            actor.start();
            while (actor.isAlive()) {
                actor.interrupt();
                actor.join(1);
            }
            assertThat(memory.stats().appendedRows()).isEqualTo(2000);
            memory.sync();
        }
        try (OffHeapReplayMemory memory = builder().open()) {
            assertThat(memory.stats().appendedRows()).isEqualTo(2000);
        }
    }
}
