package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** As {@link RefusalTest}, of what is wrong among the snapshots of a memory, or within one. */
@DamagesStores
class SnapshotRefusalTest {
    private static final String SNAPSHOT = "snapshots/s";
    private static final String MANIFEST = SNAPSHOT + "/snapshot.engram";

    private static DirectoryImage whole;
    private static DirectoryImage other;

    @TempDir
    Path place;

    private Path directory;

    @BeforeAll
    static void makeMemories(@TempDir Path scratch) {
        whole = make(scratch.resolve("whole"));
        other = make(scratch.resolve("other"));
    }

    @BeforeEach
    void copyMemory() throws IOException {
        directory = place.resolve("memory");
        whole.writeTo(directory);
        Files.createFile(directory.resolve("lock"));
    }

    @Test
    void undamagedCopyIsOpened() {
        list(directory);
        openSnapshot(directory);
        assertThat(StoreCheck.of(directory).run().isSound()).isTrue();
    }

    private static void list(Path directory) {
        Snapshots.of(directory).list();
    }

    private static void openSnapshot(Path directory) {
        OffHeapReplayMemory.openSnapshot(directory, "s").close();
    }

    static Stream<Arguments> amongSnapshots() {
        return Stream.of(
                among("file among the snapshots", "move it away", d -> Damage.put(d, "snapshots/notes")),
                among("link among the snapshots", "move it away", d -> {
                    Damage.put(d, "snapshots/link");
                    return Damage.linkAt(d.resolve("snapshots/link"));
                }),
                among("pipe among the snapshots", "move it away", d -> {
                    Damage.put(d, "snapshots/pipe");
                    return Damage.pipeAt(d.resolve("snapshots/pipe"));
                }),
                among(
                        "directory of no snapshot's name",
                        "move it away",
                        d -> Damage.directoryAt(d.resolve("snapshots/.git"))),
                among("link to a snapshot", "move it away", d -> Damage.linkAt(d.resolve(SNAPSHOT))));
    }

    static Stream<Arguments> withinASnapshot() {
        return Stream.of(
                within(
                        "foreign file in a snapshot",
                        ForeignFileException.class,
                        "not part of the snapshot",
                        d -> Damage.put(d, SNAPSHOT + "/notes.txt")),
                within(
                        "foreign file among a snapshot's segments",
                        ForeignFileException.class,
                        "not part of the snapshot",
                        d -> Damage.put(d, SNAPSHOT + "/segments/notes.txt")),
                within(
                        "missing segment of a snapshot",
                        CorruptStoreException.class,
                        "missing",
                        d -> Damage.remove(Damage.segment(d.resolve(SNAPSHOT), 0))),
                within(
                        "missing index of a snapshot",
                        CorruptStoreException.class,
                        "missing",
                        d -> Damage.remove(d.resolve(SNAPSHOT + "/priorities/default.index"))),
                within(
                        "missing head of a snapshot",
                        CorruptStoreException.class,
                        "missing",
                        d -> Damage.remove(d.resolve(SNAPSHOT + "/memory.engram"))),
                within(
                        "link for a segment of a snapshot",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.linkAt(Damage.segment(d.resolve(SNAPSHOT), 0))),
                within(
                        "pipe for a segment of a snapshot",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.pipeAt(Damage.segment(d.resolve(SNAPSHOT), 0))));
    }

    static Stream<Arguments> manifests() {
        return Stream.of(
                within(
                        "manifest of another memory",
                        ForeignFileException.class,
                        "another memory",
                        d -> Files.write(d.resolve(MANIFEST), other.files().get(MANIFEST))),
                within(
                        "manifest of another format",
                        ForeignFileException.class,
                        "magic",
                        d -> Damage.flip(d.resolve(MANIFEST), 3)),
                within(
                        "manifest of the other byte order",
                        ForeignFileException.class,
                        "magic",
                        d -> IndexDamages.swapMagic(d.resolve(MANIFEST))),
                within(
                        "newer manifest",
                        UnsupportedVersionException.class,
                        "version found=9",
                        d -> Damage.putInt(d.resolve(MANIFEST), 8, 9)),
                within("no manifest", StorageException.class, "", d -> Damage.remove(d.resolve(MANIFEST))),
                within(
                        "link for a manifest",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.linkAt(d.resolve(MANIFEST))),
                within(
                        "directory for a manifest",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.directoryAt(d.resolve(MANIFEST))),
                within(
                        "pipe for a manifest",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.pipeAt(d.resolve(MANIFEST))));
    }

    private static Arguments among(String what, String message, Damage damage) {
        Consumer<Path> list = SnapshotRefusalTest::list;
        return Arguments.of(what, ForeignFileException.class, message, damage, list);
    }

    private static Arguments within(
            String what, Class<? extends StorageException> exception, String message, Damage damage) {
        Consumer<Path> open = SnapshotRefusalTest::openSnapshot;
        return Arguments.of(what, exception, message, damage, open);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"amongSnapshots", "withinASnapshot", "manifests"})
    void damagedSnapshotIsRefusedAndLeftUntouched(
            String what,
            Class<? extends StorageException> exception,
            String message,
            Damage damage,
            Consumer<Path> opener)
            throws IOException {
        Path named = damage.to(directory);
        String name = named.getFileName().toString();
        DirectoryImage before = DirectoryImage.of(directory);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> opener.accept(directory))
                    .as(what)
                    .isInstanceOf(exception)
                    .hasMessageContainingAll(name, message);
            assertThat(DirectoryImage.of(directory)).as(what).isEqualTo(before);
        }
        assertThat(StoreCheck.of(directory).run().findings())
                .as(what)
                .anyMatch(finding -> finding.severity() == CheckReport.Severity.ERROR
                        && finding.toString().contains(name));
        assertThat(DirectoryImage.of(directory)).as(what).isEqualTo(before);
        try (OffHeapReplayMemory memory = open(directory)) {
            assertThat(memory.size()).as("the memory itself is whole").isEqualTo(30);
        }
    }

    private static DirectoryImage make(Path directory) {
        try (OffHeapReplayMemory memory = open(directory);
                ExperienceActor actor = new ExperienceActor(memory, "stream")) {
            for (int i = 0; i < 30; i++) {
                actor.begin();
                memory.upkeep().turn();
            }
            memory.snapshot("s");
        }
        return DirectoryImage.of(directory);
    }

    private static OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 30)
                .directory(directory)
                .segmentRows(4)
                .files(WatchedFiles.unsynced())
                .priorities(PriorityIndex.proportional("default").build())
                .withoutAutomaticUpkeep()
                .open();
    }
}
