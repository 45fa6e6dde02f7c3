package io.engram.replay.offheap;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A process whose actors append as fast as they can, round and round a small memory, until its input ends. Says one
 * byte when the memory is full. Arguments: directory, layout, actors, seed.
 */
final class LiveWriterMain {
    static final int CAPACITY = 2000;
    static final int SEGMENT_ROWS = 64;

    private static volatile boolean stopped;

    private LiveWriterMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        RowLayout layout = RowLayout.valueOf(arguments[1]);
        SplitMix64 random = new SplitMix64(Long.parseLong(arguments[3]));
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Experience.schema(layout), CAPACITY)
                .directory(Path.of(arguments[0]))
                .segmentRows(SEGMENT_ROWS)
                .journalPages(16 << 10)
                .open()) {
            Thread[] threads = new Thread[Integer.parseInt(arguments[2])];
            for (int i = 0; i < threads.length; i++) {
                ExperienceActor actor = new ExperienceActor(memory, KillLoopMain.stream(i));
                long seed = random.nextLong();
                threads[i] = new Thread(() -> act(actor, new SplitMix64(seed)));
                threads[i].start();
            }
            while (memory.size() < CAPACITY) {
                Thread.onSpinWait();
            }
            System.out.write('.');
            System.out.flush();
            while (System.in.read() >= 0) {
                // Until the parent closes it.
            }
            stopped = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void act(ExperienceActor actor, SplitMix64 random) {
        while (!stopped) {
            actor.act(random);
        }
        actor.close();
    }
}
