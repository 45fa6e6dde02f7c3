package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link KillLoopTest}, but the process also takes one snapshot after the other and tells of each that is durable.
 * What it left is opened with all its snapshots; now and then the memory goes back to the newest, or is forked from it.
 */
class SnapshotKillLoopTest {
    private static final int ACTORS = 3;
    private static final List<Shape> SHAPES = List.of(
            new Shape(RowLayout.ARRIVAL, 1000, 16),
            new Shape(RowLayout.SELF_CONTAINED, 3000, 64),
            new Shape(RowLayout.ARRIVAL, 2000, 128),
            new Shape(RowLayout.SELF_CONTAINED, 1500, 8));

    @TempDir
    Path directory;

    private long appends;
    private long snapshotsTaken;
    private long snapshotsOpened;
    private long snapshotsInFlight;
    private long emptySnapshots;
    private long restores;
    private long forks;
    private long killsBeforeOpen;

    private record Shape(RowLayout layout, long capacity, int segmentRows) {
        OffHeapReplayMemory open(Path memory) {
            return KillLoopMain.open(memory, layout, capacity, segmentRows);
        }
    }

    /** What never changes: ranks are made anew whenever a snapshot is opened. */
    private record Image(SortedMap<Long, StoredRow> rows, SortedMap<Long, Long> masses) {}

    @Test
    void snapshotsOfProcessesKilledAtRandomMomentsAreWhole() throws Exception {
        run(Long.getLong("engram.kill.seed", 1), 5);
        assertThat(snapshotsTaken).isPositive();
    }

    @Test
    @Tag("soak")
    void snapshotsOfThousandsOfKilledProcessesAreWhole() throws Exception {
        run(Long.getLong("engram.kill.seed", 2), Integer.getInteger("engram.kills", 2000));
    }

    private void run(long seed, int kills) throws Exception {
        SplitMix64 random = new SplitMix64(seed);
        long start = System.nanoTime();
        List<Place> places = new ArrayList<>();
        SHAPES.forEach(shape -> places.add(new Place(shape)));
        for (int kill = 0; kill < kills; kill++) {
            if (kill > 0 && kill % 100 == 0) {
                report(kill, start, seed);
            }
            int at = kill % places.size();
            if (random.nextInt(16) == 0) {
                places.set(at, new Place(places.get(at).shape));
            }
            try {
                places.get(at).killOne(random);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed=" + seed + ", kill=" + kill + ", " + places.get(at).shape + ", errors of the process: "
                                + Files.readString(places.get(at).errors),
                        e);
            }
        }
        report(kills, start, seed);
        assertThat(appends).isPositive();
    }

    private void report(int kills, long start, long seed) {
        System.out.printf(
                "java %s: kills=%d (before open: %d), acknowledged appends=%d, snapshots taken=%d, opened=%d"
                        + " (%d not acknowledged, %d empty), restores=%d, forks=%d,"
                        + " lost=0, torn=0, seconds=%.1f, seed=%d%n",
                Runtime.version(),
                kills,
                killsBeforeOpen,
                appends,
                snapshotsTaken,
                snapshotsOpened,
                snapshotsInFlight,
                emptySnapshots,
                restores,
                forks,
                (System.nanoTime() - start) / 1e9,
                seed);
    }

    /** One directory and all that was acknowledged for it. */
    private final class Place {
        private static int number;

        private final Shape shape;
        private final Path memory = directory.resolve("memory-" + number++);
        private final Path errors = directory.resolve("errors-" + number);
        private final TreeMap<Long, Acknowledged> begun = new TreeMap<>();
        private final TreeMap<Long, Long> taken = new TreeMap<>();
        private final Map<Long, Image> images = new TreeMap<>();
        private Acknowledged acknowledged;
        private Map<String, Long> last = Map.of();

        Place(Shape shape) {
            this.shape = shape;
            this.acknowledged = new Acknowledged(shape.layout, shape.capacity);
        }

        void killOne(SplitMix64 random) throws Exception {
            long firstName = begun.isEmpty() ? 1 : begun.lastKey() + 1;
            List<Object> arguments = new ArrayList<>(
                    List.of(memory, shape.layout, shape.capacity, shape.segmentRows, random.nextLong(), firstName));
            for (int actor = 0; actor < ACTORS; actor++) {
                arguments.add(last.getOrDefault(KillLoopMain.stream(actor), 0L));
            }
            Process process = ChildJvm.start(
                    SnapshotKillLoopMain.class, errors, List.of("-XX:TieredStopAtLevel=1"), arguments.toArray());
            KillLoopListener listener = new KillLoopListener(process, acknowledged);
            try {
                if (random.nextInt(5) == 0) {
                    pause(random.nextInt(700_000));
                } else {
                    listener.awaitSnapshots(1 + random.nextInt(6));
                    pause(random.nextInt(30_000));
                }
            } finally {
                // Not through the process, which would close the pipe with the last messages in it.
                process.toHandle().destroyForcibly();
            }
            process.waitFor();
            listener.finish();
            killsBeforeOpen += listener.opened() ? 0 : 1;
            appends += listener.appends();
            snapshotsTaken += listener.taken().size();
            begun.putAll(listener.begun());
            taken.putAll(listener.taken());
            if (!Files.exists(memory.resolve("memory.engram"))) {
                assertThat(acknowledged.highest()).isNegative();
                return;
            }
            requireNothingLost();
            List<Snapshot> snapshots = requireSnapshots();
            if (!snapshots.isEmpty()) {
                Snapshot newest = snapshots.get(snapshots.size() - 1);
                switch (random.nextInt(6)) {
                    case 0, 1 -> restore(newest);
                    case 2 -> fork(newest);
                    default -> {
                        // The next process goes on with what this one left.
                    }
                }
            }
        }

        private void requireNothingLost() throws IOException {
            try (OffHeapReplayMemory opened = shape.open(memory)) {
                SortedMap<Long, StoredRow> held = HeldRows.of(opened);
                Map<Integer, String> streams = StoredJournal.streams(memory);
                // Nobody claimed beyond this: each actor marks its rows, or dies with the claim of one call.
                long claimed =
                        Math.max(opened.ring().head(), acknowledged.highest() + 1) + ACTORS * ExperienceActor.MAX_ROWS;
                last = acknowledged.requireHeld(held, streams, claimed);
                HeldEpisodes.requireFor(opened, held, streams);
                if (opened.resumePoint().isEmpty()) {
                    HeldPriorities.requireFor(opened, held);
                } else {
                    HeldPriorities.requireOpenFor(opened, held);
                }
                acknowledged = acknowledged.next(held, streams);
            }
            assertThat(entries(memory.resolve("snapshots"))).noneMatch(name -> name.endsWith(".tmp"));
        }

        /** Each that is there is whole and never changes; those that cannot have been deleted are there. */
        private List<Snapshot> requireSnapshots() {
            List<Snapshot> listed = Snapshots.of(memory).list();
            assertThat(listed).hasSizeLessThanOrEqualTo(SnapshotKillLoopMain.KEPT + 1);
            List<Long> names = listed.stream()
                    .map(snapshot -> Long.parseLong(snapshot.name().substring(2)))
                    .toList();
            assertThat(names).isSorted();
            // One may be durable that nobody was told of, and has pushed out the last but two.
            List<Long> sure = List.copyOf(taken.descendingMap().keySet().stream()
                    .limit(SnapshotKillLoopMain.KEPT - 1)
                    .toList());
            assertThat(names).as("lost: snapshots told of").containsAll(sure);
            for (int i = 0; i < listed.size(); i++) {
                long name = names.get(i);
                Snapshot snapshot = listed.get(i);
                assertThat(snapshot.number()).isEqualTo(taken.getOrDefault(name, snapshot.number()));
                snapshotsInFlight += taken.containsKey(name) ? 0 : 1;
                // From now on it counts as told of: it was seen.
                taken.put(name, snapshot.number());
                requireWhole(snapshot, name);
            }
            images.keySet().retainAll(names);
            return listed;
        }

        private void requireWhole(Snapshot snapshot, long name) {
            try (OffHeapReplayMemory opened = OffHeapReplayMemory.openSnapshot(memory, snapshot.name())) {
                SortedMap<Long, StoredRow> held = HeldRows.of(opened);
                long head = opened.ring().head();
                assertThat(head).isEqualTo(snapshot.endSequence());
                // Rows that were overtaken by a whole window while the snapshot was begun are not in it, see FORMAT.md.
                long tailAndWindow = snapshot.firstSequence() + shape.capacity;
                begun.get(name).requireHeld(held, StoredJournal.streams(snapshot.directory()), tailAndWindow);
                emptySnapshots += held.isEmpty() ? 1 : 0;
                HeldPriorities.requireOpenFor(opened, held);
                Image image = new Image(held, HeldPriorities.masses(opened, "default"));
                assertThat(images.getOrDefault(name, image))
                        .as("what %s held when it was seen first", snapshot.name())
                        .isEqualTo(image);
                images.put(name, image);
                snapshotsOpened++;
            }
        }

        /** The memory owes what the snapshot holds and nothing else. */
        private void restore(Snapshot snapshot) {
            Acknowledged before;
            Map<String, Long> counts;
            SortedMap<Long, StoredRow> expected;
            try (OffHeapReplayMemory opened = OffHeapReplayMemory.openSnapshot(memory, snapshot.name())) {
                expected = HeldRows.of(opened);
                Map<Integer, String> streams = StoredJournal.streams(snapshot.directory());
                before = new Acknowledged(shape.layout, shape.capacity).next(expected, streams);
                counts = before.requireHeld(expected, streams, snapshot.firstSequence() + shape.capacity);
            }
            if (before.streams() < ACTORS) {
                // Of a stream without rows nobody knows how far it was, and its episode may go on.
                return;
            }
            Snapshots.of(memory).restore(snapshot.name());
            restores++;
            acknowledged = before;
            last = counts;
            if (restores % 2 == 0) {
                try (OffHeapReplayMemory opened = shape.open(memory)) {
                    assertThat(opened.resumePoint().orElseThrow().name()).isEqualTo(snapshot.name());
                    assertThat(HeldRows.of(opened)).isEqualTo(expected);
                }
            }
            requireSnapshots();
        }

        private void fork(Snapshot snapshot) {
            Path fork = directory.resolve("fork-" + forks++);
            Snapshots.of(memory).fork(snapshot.name(), fork);
            Map<Integer, String> streams = StoredJournal.streams(snapshot.directory());
            Acknowledged owed = begun.get(Long.parseLong(snapshot.name().substring(2)));
            owed.latest().requireSurvives(fork, shape::open, snapshot.firstSequence() + shape.capacity);
            assertThat(StoredJournal.streams(fork).values()).containsAll(streams.values());
            DirectoryImage.delete(fork);
            requireSnapshots();
        }
    }

    private static List<String> entries(Path place) throws IOException {
        if (!Files.exists(place)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static void pause(int microseconds) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(microseconds));
    }
}
