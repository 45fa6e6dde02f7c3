package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What once went wrong with snapshots, or would if a rule of theirs were dropped. */
class SnapshotFaultTest {
    private static final Path PLACE = Scenario.PLACE;
    private static final Scenario.Shape SHAPE =
            new Scenario.Shape("fault", RowLayout.ARRIVAL, 24, 4, true, 0, 0, Scenario.Plot.NONE);

    private final SimulatedFiles files = Scenario.disk();
    private final SplitMix64 random = new SplitMix64(7);

    @AfterEach
    void close() {
        files.close();
    }

    private void act(OffHeapReplayMemory memory, ExperienceActor actor, int times) {
        for (int i = 0; i < times; i++) {
            actor.act(random);
            memory.upkeep().turn();
        }
    }

    private void takeSnapshot(String name) {
        try (OffHeapReplayMemory memory = SHAPE.open(files, 1)) {
            act(memory, new ExperienceActor(memory, "actor"), 30);
            memory.snapshot(name);
        }
    }

    @Test
    void snapshotOfAnEmptyMemoryIsRestoredForkedAndGoesOn() {
        Path fork = PLACE.resolveSibling("fork");
        try (OffHeapReplayMemory memory = SHAPE.open(files, 1)) {
            memory.snapshot("empty");
            act(memory, new ExperienceActor(memory, "actor"), 10);
        }
        Snapshots snapshots = Snapshots.of(files, PLACE);
        snapshots.restore("empty");
        snapshots.restore("empty");
        snapshots.fork("empty", fork);
        for (Path place : List.of(PLACE, fork)) {
            try (OffHeapReplayMemory memory = SHAPE.open(files, place, 2)) {
                assertThat(HeldRows.of(memory)).isEmpty();
                memory.snapshot("again");
                act(memory, new ExperienceActor(memory, "actor"), 10);
                assertThat(HeldRows.of(memory)).isNotEmpty();
            }
        }
        Snapshots.of(files, fork).fork("again", PLACE.resolveSibling("fork of the fork"));
        try (OffHeapReplayMemory memory = SHAPE.open(files, PLACE.resolveSibling("fork of the fork"), 3)) {
            assertThat(HeldRows.of(memory)).isEmpty();
        }
    }

    @Test
    void whereLinksAreRefusedFilesAreCopied() {
        files.watchedBy(new WatchedFiles.Watch() {
            @Override
            public void before(Operation operation) throws IOException {
                if (operation.kind() == WatchedFiles.Kind.LINK) {
                    throw new IOException("Operation not permitted");
                }
            }
        });
        takeSnapshot("s");
        Path fork = PLACE.resolveSibling("fork");
        Snapshots snapshots = Snapshots.of(files, PLACE);
        TreeMap<Long, StoredRow> held;
        try (OffHeapReplayMemory memory = SHAPE.open(files, 2)) {
            held = HeldRows.of(memory);
        }
        assertThat(held).isNotEmpty();
        snapshots.fork("s", fork);
        snapshots.restore("s");
        for (Path place : List.of(PLACE, fork)) {
            try (OffHeapReplayMemory memory = SHAPE.open(files, place, 3)) {
                assertThat(HeldRows.of(memory)).isEqualTo(held);
                act(memory, new ExperienceActor(memory, "actor"), 30);
            }
        }
        assertThat(snapshots.get("s").sharedBytes()).isZero();
        assertThat(files.contents(PLACE).keySet().stream().filter(name -> name.endsWith(".seg") && links(name) > 1))
                .isEmpty();
    }

    @Test
    void namesOfAForksParentsAreSynced() throws IOException {
        takeSnapshot("s");
        List<Path> synced = new ArrayList<>();
        files.watchedBy(new WatchedFiles.Watch() {
            @Override
            public void after(Operation operation) {
                if (operation.kind() == WatchedFiles.Kind.SYNC_DIRECTORY) {
                    synced.add(operation.path());
                }
            }
        });
        Path fork = Path.of("/disk/a/b/fork");
        Snapshots.of(files, PLACE).fork("s", fork);
        assertThat(synced).contains(Path.of("/disk"), Path.of("/disk/a"), Path.of("/disk/a/b"));
        synced.clear();
        SHAPE.open(files, fork, 2).close();
        assertThat(synced).as("who made it may have been killed before").contains(Path.of("/disk/a/b"));
    }

    @Test
    void forkInsideTheMemoryIsRefused() {
        takeSnapshot("s");
        for (Path inside : List.of(PLACE, PLACE.resolve("fork"), PLACE.resolve("snapshots/fork"))) {
            assertThatThrownBy(() -> Snapshots.of(files, PLACE).fork("s", inside))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining(inside.toString());
        }
        SHAPE.open(files, 2).close();
        assertThat(Snapshots.of(files, PLACE).list()).hasSize(1);
    }

    @Test
    void snapshotOfAnotherMemoryIsNotRestored() {
        takeSnapshot("s");
        Path other = PLACE.resolveSibling("other");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 24)
                .directory(other)
                .segmentRows(4)
                .files(files)
                .identity(new UUID(1, 1), 1)
                .withoutAutomaticUpkeep()
                .open()) {
            memory.snapshot("foreign");
        }
        files.contents(other.resolve("snapshots")).forEach((name, bytes) -> {
            if (bytes != null) {
                files.put(PLACE.resolve("snapshots").resolve(name), bytes);
            }
        });
        TreeMap<String, byte[]> before = StoredMemory.contents(files);
        assertThatThrownBy(() -> Snapshots.of(files, PLACE).restore("foreign"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("foreign");
        StoredMemory.requireSame(StoredMemory.contents(files), before);
        SHAPE.open(files, 2).close();
    }

    @Test
    void damagedSharedFileIsFoundOutBeforeTheMemoryIsGivenUp() {
        takeSnapshot("s");
        String shared = files.contents(PLACE).keySet().stream()
                .filter(name -> name.startsWith("snapshots/s/") && name.endsWith(".seg") && links(name) > 1)
                .findFirst()
                .orElseThrow();
        byte[] bytes = files.contents(PLACE).get(shared);
        files.put(PLACE.resolve(shared), Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> Snapshots.of(files, PLACE).restore("s")).isInstanceOf(TruncatedStoreException.class);
        assertThatThrownBy(() -> Snapshots.of(files, PLACE).fork("s", PLACE.resolveSibling("fork")))
                .isInstanceOf(TruncatedStoreException.class);
        try (OffHeapReplayMemory memory = SHAPE.open(files, 2)) {
            assertThat(HeldRows.of(memory)).isNotEmpty();
        }
        assertThat(files.mappings()).isZero();
    }

    private int links(String name) {
        try {
            return files.linkCount(PLACE.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void directoryOfSomebodyElseIsNotTakenForARestore() {
        takeSnapshot("s");
        files.put(PLACE.resolve("restore/thesis.tex"), new byte[] {1});
        assertThatThrownBy(() -> SHAPE.open(files, 2))
                .isInstanceOf(ForeignFileException.class)
                .hasMessageContaining("thesis.tex");
        assertThat(files.contents(PLACE)).containsKey("restore/thesis.tex");
    }

    @Test
    void snapshotThatIsThereIsToldThoughOldOnesCannotBeDeleted() {
        try (OffHeapReplayMemory memory = SHAPE.open(files, 1)) {
            act(memory, new ExperienceActor(memory, "actor"), 10);
            memory.snapshot("old");
            files.watchedBy(new WatchedFiles.Watch() {
                @Override
                public void before(Operation operation) throws IOException {
                    if (operation.kind() == WatchedFiles.Kind.RENAME
                            && operation.path().endsWith("old")) {
                        throw new IOException("simulated");
                    }
                }
            });
            Snapshot taken = memory.beginSnapshot(SnapshotRequest.named("new").retention(Retention.last(1)))
                    .await();
            assertThat(Snapshots.of(files, PLACE).get("new")).isEqualTo(taken);
            assertThat(Snapshots.of(files, PLACE).list()).hasSize(2);
            files.watchedBy(new WatchedFiles.Watch() {});
            assertThat(Snapshots.of(files, PLACE).retain(Retention.last(1))).containsExactly("old");
        }
    }

    /** The memory goes on while files are written: its journal gets on to other pages, which are sealed. */
    @Test
    void whatIsRecordedAfterTheCutIsNotInTheSnapshot() {
        try (OffHeapReplayMemory memory = SHAPE.open(files, 1)) {
            ExperienceActor first = new ExperienceActor(memory, "first");
            first.begin();
            first.step(false, false);
            ExperienceActor second = new ExperienceActor(memory, "second");
            second.tags(18);
            MemoryImage image = MemoryImage.of(memory);
            int[] turns = {0};
            files.watchedBy(new WatchedFiles.Watch() {
                @Override
                public void before(Operation operation) {
                    boolean cutIsMade = operation.kind() == WatchedFiles.Kind.CREATE
                            && operation.path().toString().contains("/segments/")
                            && operation.path().toString().contains("/snapshots/");
                    if (cutIsMade && turns[0]++ == 0) {
                        first.step(true, false);
                        for (int i = 0; i < 40; i++) {
                            second.begin();
                            memory.upkeep().turn();
                        }
                    }
                }
            });
            memory.snapshot("s");
            files.watchedBy(new WatchedFiles.Watch() {});
            assertThat(turns[0]).isPositive();
            try (OffHeapReplayMemory snapshot = ReadOnlyOpening.open(files, PLACE, "s")) {
                assertThat(MemoryImage.of(snapshot)).isEqualTo(image);
            }
        }
        Snapshots.of(files, PLACE).restore("s");
        try (OffHeapReplayMemory memory = SHAPE.open(files, 2)) {
            assertThat(memory.writer("first").inEpisode()).as("goes on").isTrue();
        }
    }
}
