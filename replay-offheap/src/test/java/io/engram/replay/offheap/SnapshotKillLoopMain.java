package io.engram.replay.offheap;

import io.engram.replay.Batch;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The process that is killed while it takes snapshots. As {@link KillLoopMain}; besides, one thread changes priorities
 * and one takes snapshot after snapshot, each told of before it is begun and once it is durable.
 *
 * <p>Arguments: directory, layout, capacity, rows of a segment, seed, what the name of the first snapshot ends in, then
 * for each actor the count of its last row.
 */
final class SnapshotKillLoopMain {
    /** So many of the newest snapshots are kept. */
    static final int KEPT = 3;

    private static final int FIRST_ACTOR = 6;

    private SnapshotKillLoopMain() {}

    public static void main(String[] arguments) {
        RowLayout layout = RowLayout.valueOf(arguments[1]);
        OffHeapReplayMemory memory = KillLoopMain.open(
                Path.of(arguments[0]), layout, Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
        KillLoopMain.send(KillLoopMain.OPEN, 0, 0);
        SplitMix64 random = new SplitMix64(Long.parseLong(arguments[4]));
        KillLoopMain.startActors(memory, Arrays.asList(arguments).subList(FIRST_ACTOR, arguments.length), random);
        long seed = random.nextLong();
        new Thread(() -> rate(memory, new SplitMix64(seed))).start();
        long first = Long.parseLong(arguments[5]);
        new Thread(() -> takeSnapshots(memory, first)).start();
    }

    static String name(long number) {
        return "s-" + number;
    }

    private static void takeSnapshots(OffHeapReplayMemory memory, long first) {
        for (long i = first; ; i++) {
            KillLoopMain.send(KillLoopMain.SNAPSHOT_BEGUN, i, 0);
            Snapshot snapshot = memory.beginSnapshot(
                            SnapshotRequest.named(name(i)).step(i).retention(Retention.last(KEPT)))
                    .await();
            KillLoopMain.send(KillLoopMain.SNAPSHOT_TAKEN, i, snapshot.number());
        }
    }

    /** Never gives a priority of zero, so that each transition keeps a mass. */
    private static void rate(OffHeapReplayMemory memory, SplitMix64 random) {
        try (Sampler sampler = memory.sampler(
                SamplerSpec.prioritized("rater", 16).seed(random.nextLong()).build())) {
            Batch batch = sampler.newBatch();
            float[] priorities = new float[16];
            while (true) {
                if (sampler.trySample(batch)) {
                    for (int i = 0; i < priorities.length; i++) {
                        priorities[i] = 1 + random.nextInt(100);
                    }
                    sampler.updatePriorities(batch, priorities);
                }
            }
        }
    }
}
