package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After a power loss a memory opens, holds every row appended before the last sync that the window has not left, and
 * none that is torn. The loss is simulated, see {@link PowerLoss}.
 */
class PowerLossTest {
    @TempDir
    Path directory;

    private int losses;

    @Test
    void syncedRowsOutliveThePower() throws IOException {
        for (int seed = 1; seed <= 4; seed++) {
            play(seed, seed % 2 == 0 ? RowLayout.ARRIVAL : RowLayout.SELF_CONTAINED, 40);
        }
        assertThat(losses).isGreaterThan(100);
    }

    @Test
    @Tag("soak")
    void syncedRowsOutliveThePowerAThousandTimes() throws IOException {
        for (int seed = 100; seed < 300; seed++) {
            play(seed, seed % 2 == 0 ? RowLayout.ARRIVAL : RowLayout.SELF_CONTAINED, 200);
        }
        System.out.println("power losses=" + losses + ", lost=0, torn=0");
    }

    @Test
    void everyNewDirectoryIsSyncedIntoItsParent() {
        Path place = directory.resolve("a/b/memory");
        List<Path> synced = new ArrayList<>();
        WatchedFiles files = WatchedFiles.watchedBy(new WatchedFiles.Watch() {
            @Override
            public void after(Operation operation) {
                if (operation.kind() == WatchedFiles.Kind.SYNC_DIRECTORY) {
                    synced.add(operation.path());
                }
            }
        });
        open(place, RowLayout.ARRIVAL, 16, files).close();
        assertThat(synced).contains(place, directory.resolve("a/b"), directory.resolve("a"), directory);
        synced.clear();
        open(place, RowLayout.ARRIVAL, 16, files).close();
        assertThat(synced).doesNotContain(directory.resolve("a/b"), directory);
    }

    private void play(int seed, RowLayout layout, int calls) throws IOException {
        SplitMix64 random = new SplitMix64(seed);
        long capacity = new long[] {16, 24, 100}[random.nextInt(3)];
        Path original = directory.resolve("memory-" + seed);
        PowerLoss power = new PowerLoss(original);
        Play play = new Play(seed, layout, capacity, power);
        for (int opening = 0; opening < 2; opening++) {
            try (OffHeapReplayMemory memory = open(original, layout, capacity, WatchedFiles.watchedBy(play))) {
                play.on(memory, calls, random);
            }
        }
        DirectoryImage.delete(original);
    }

    private static OffHeapReplayMemory open(Path place, RowLayout layout, long capacity, WatchedFiles files) {
        return OffHeapReplayMemory.builder(Experience.schema(layout), capacity)
                .directory(place)
                .segmentRows(4)
                .files(files)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .withoutAutomaticUpkeep()
                .open();
    }

    private final class Play implements WatchedFiles.Watch {
        private final int seed;
        private final RowLayout layout;
        private final long capacity;
        private final PowerLoss power;
        private final SplitMix64 random;
        private final Map<String, Long> counts = new HashMap<>();
        private final TreeMap<Long, String> appended = new TreeMap<>();
        private long synced = -1;

        Play(int seed, RowLayout layout, long capacity, PowerLoss power) {
            this.seed = seed;
            this.layout = layout;
            this.capacity = capacity;
            this.power = power;
            this.random = new SplitMix64(~seed);
        }

        void on(OffHeapReplayMemory memory, int calls, SplitMix64 choices) {
            Map<String, ExperienceActor> actors = new HashMap<>();
            for (int call = 0; call < calls; call++) {
                String stream = "actor-" + choices.nextInt(call < calls / 2 ? 2 : 3);
                ExperienceActor actor = actors.computeIfAbsent(
                        stream, name -> new ExperienceActor(memory, name, counts.getOrDefault(name, 0L)));
                long sequence = actor.act(choices);
                if (sequence >= 0) {
                    counts.put(stream, actor.count());
                    appended.put(sequence, stream + " " + actor.count());
                }
                for (int turns = choices.nextInt(8) - 4; turns > 0; turns--) {
                    memory.upkeep().turn();
                }
                if (choices.nextInt(10) == 0) {
                    long before = memory.ring().head() - 1;
                    memory.sync();
                    synced = before;
                }
            }
        }

        @Override
        public void after(Operation operation) throws IOException {
            power.after(operation);
            if (random.nextInt(6) == 0) {
                lose(operation);
            }
        }

        private void lose(Operation operation) throws IOException {
            Path copy = directory.resolve("loss-" + losses++);
            DirectoryImage image = power.image(random);
            image.writeTo(copy);
            long head = appended.isEmpty() ? 0 : appended.lastKey() + 1;
            // What a power loss leaves is no damage.
            if (image.files().containsKey(SuperblockDescriptor.FILE_NAME)) {
                CheckReport report = StoreCheck.of(copy).run();
                assertThat(report.isSound())
                        .as("seed=%d, loss=%d after %s: %s", seed, losses, operation, report)
                        .isTrue();
            }
            try (OffHeapReplayMemory memory = open(copy, layout, capacity, WatchedFiles.unsynced())) {
                SortedMap<Long, StoredRow> held = HeldRows.of(memory);
                Map<Integer, String> streams = StoredJournal.streams(copy);
                HeldEpisodes.requireFor(memory, held, streams);
                Map<Long, String> found = new HashMap<>();
                held.forEach((sequence, row) -> {
                    String stream = streams.get(row.stream());
                    assertThat(stream).as("name of the stream of %s", row).isNotNull();
                    found.put(sequence, stream + " " + Experience.count(row, layout, stream));
                });
                appended.forEach((sequence, row) -> {
                    if (sequence <= synced && sequence >= head - capacity) {
                        assertThat(found.get(sequence))
                                .as("row synced at sequence=%d", sequence)
                                .isEqualTo(row);
                    }
                });
                new ExperienceActor(memory, "afterwards").play(10, seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed=" + seed + ", loss=" + losses + " after " + operation + ", head=" + head + ", synced="
                                + synced + ", capacity=" + capacity + ", files " + image,
                        e);
            }
            DirectoryImage.delete(copy);
        }
    }
}
