package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import io.engram.replay.TooFewTransitionsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory ends under the hands of its users: each of them hears that it is closed, and the JVM lives on. */
class CloseWhileSamplingTest {
    private static final int CAPACITY = 64;

    @TempDir
    Path directory;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong stream = new AtomicLong();

    private OffHeapReplayMemory open(int round) {
        OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(
                        Story.schema(RowLayout.values()[round % 2]), CAPACITY)
                .segmentRows(4);
        // The disk is slow and not what is tried here.
        return round / 2 % 8 == 0
                ? builder.directory(directory.resolve("memory-" + round)).open()
                : builder.storage(Storage.VOLATILE).open();
    }

    /** Runs until the memory is closed. */
    private Thread start(Runnable forEver) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    forEver.run();
                }
            } catch (MemoryClosedException e) {
                // As it should be.
            } catch (Throwable t) {
                failures.add(t);
            }
        });
        thread.start();
        return thread;
    }

    private List<Thread> users(OffHeapReplayMemory memory, int samplers) {
        List<Thread> threads = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            StreamWriter writer = memory.writer("writer-" + i);
            long id = stream.getAndIncrement();
            AtomicLong next = new AtomicLong();
            threads.add(start(() -> {
                Story.tell(writer, id, next.getAndIncrement());
                begun.countDown();
            }));
        }
        for (int i = 0; i < samplers; i++) {
            Sampler sampler = memory.sampler(
                    SamplerSpec.uniform("sampler-" + i, 16).seed(i).build());
            var batch = sampler.newBatch();
            threads.add(start(() -> {
                if (sampler.trySample(batch)) {
                    Story.check(batch);
                }
            }));
        }
        threads.add(start(() -> {
            memory.sync();
            memory.stats();
            memory.writer("new-" + stream.getAndIncrement()).close();
        }));
        try {
            begun.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return threads;
    }

    @Test
    void everybodyHearsThatTheMemoryIsClosed() throws InterruptedException {
        closeAgainAndAgain(200, 2);
    }

    @Test
    @Tag("soak")
    void everybodyHearsThatTheMemoryIsClosedAThousandTimes() throws InterruptedException {
        closeAgainAndAgain(Integer.getInteger("engram.closes", 1_000), 4);
    }

    private void closeAgainAndAgain(int rounds, int samplers) throws InterruptedException {
        long seed = 20261;
        SplitMix64 random = new SplitMix64(seed);
        for (int round = 0; round < rounds; round++) {
            List<Thread> threads;
            try (OffHeapReplayMemory memory = open(round)) {
                threads = users(memory, samplers);
                // At any moment of their work.
                long spins = random.nextInt(1 << 16);
                for (long i = 0; i < spins; i++) {
                    Thread.onSpinWait();
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).as("seed=%d, round=%d", seed, round).isEmpty();
        }
    }

    @Test
    void writersAndSamplersClosedByAnotherThreadEndInPeace() throws InterruptedException {
        for (int round = 0; round < 25; round++) {
            try (OffHeapReplayMemory memory = open(round)) {
                StreamWriter mine = memory.writer("mine");
                Story.tell(mine, 1, 0, CAPACITY);
                StreamWriter writer = memory.writer("writer");
                Sampler sampler =
                        memory.sampler(SamplerSpec.uniform("sampler", 16).build());
                var batch = sampler.newBatch();
                AtomicLong next = new AtomicLong();
                Thread appending = startUntilClosed(() -> Story.tell(writer, 2, next.getAndIncrement()));
                Thread sampling = startUntilClosed(() -> Story.check(sampler.sample(batch)));
                Story.tell(mine, 1, CAPACITY, 3 * CAPACITY);
                writer.close();
                sampler.close();
                Story.tell(mine, 1, 3 * CAPACITY, 6 * CAPACITY);
                appending.join();
                sampling.join();
            }
            assertThat(failures).as("round=%d", round).isEmpty();
        }
    }

    private Thread startUntilClosed(Runnable action) {
        return start(() -> {
            try {
                action.run();
            } catch (StreamException e) {
                throw new MemoryClosedException("the writer is closed");
            } catch (TooFewTransitionsException e) {
                // A window so small may hold no whole transition for a moment.
            }
        });
    }
}
