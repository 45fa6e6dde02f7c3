package io.engram.replay.contract;

import io.engram.replay.ReplayMemory;
import io.engram.replay.SplitMix64;
import java.util.List;
import java.util.function.Supplier;

/** Compares a memory that is closed and opened again and again with one that is not. */
public final class Reopening {
    private Reopening() {}

    /**
     * Plays the same random history into both, closing and opening the first at random points. Closing ends every open
     * episode of the first, so there the writers of the second are closed, too.
     *
     * @param opener opens the memory, which must be like the twin
     * @param twin empty, and never closed here
     * @param seed of the history and of the points
     * @param openings how many times to open
     */
    public static void assertSameThroughReopening(
            Supplier<ReplayMemory> opener, ReplayMemory twin, long seed, int openings) {
        SplitMix64 random = new SplitMix64(seed);
        for (int opening = 0; opening < openings; opening++) {
            try {
                playOnce(opener, twin, random);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed=" + seed + ", opening=" + opening + ", capacity=" + twin.capacity() + ", schema="
                                + twin.schema(),
                        e);
            }
        }
    }

    // Closing early is what is tested; closing twice does nothing.
    @SuppressWarnings("try")
    private static void playOnce(Supplier<ReplayMemory> opener, ReplayMemory twin, SplitMix64 random) {
        int lanes = History.lanes(twin.capacity());
        try (ReplayMemory memory = opener.get()) {
            SameBatches.assertSameBatches(twin, memory, random.nextLong());
            try (MemoryActors a = new MemoryActors(memory, History.STREAMS, lanes);
                    MemoryActors b = new MemoryActors(twin, History.STREAMS, lanes)) {
                History history =
                        new History(random.nextLong(), twin.schema().rowLayout(), twin.capacity(), List.of(a, b));
                history.play(random.nextInt(80));
                SameBatches.assertSameBatches(twin, memory, random.nextLong());
                if (random.nextInt(2) == 0) {
                    // With writers open and in the middle of episodes.
                    memory.close();
                }
            }
        }
    }
}
