package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link StoreCheck} finds in a memory with snapshots, and that a repair changes none of them. */
@DamagesStores
class SnapshotCheckTest {
    private static final int PAGE = 4096;

    @TempDir
    Path place;

    private Path directory;
    private Path snapshot;

    @BeforeEach
    void choose() {
        directory = place.resolve("memory");
        snapshot = directory.resolve("snapshots/second");
    }

    private void make(RowLayout layout) {
        try (OffHeapReplayMemory memory =
                StoreCheckTest.builder(layout, directory).open()) {
            ExperienceActor[] actors = {new ExperienceActor(memory, "a"), new ExperienceActor(memory, "b")};
            StoreCheckTest.play(memory, actors, 7, 60);
            memory.snapshot("first");
            StoreCheckTest.play(memory, actors, 8, 12);
            memory.beginSnapshot(
                            SnapshotRequest.named("second").step(5).state("learner", Captured.of(new byte[] {1, 2, 3})))
                    .await();
            StoreCheckTest.play(memory, actors, 9, 9);
        }
    }

    private CheckReport check() {
        DirectoryImage before = DirectoryImage.of(directory);
        CheckReport report = StoreCheck.of(directory).run();
        assertThat(DirectoryImage.of(directory)).as("a check changes nothing").isEqualTo(before);
        return report;
    }

    private static boolean isBad(Finding finding) {
        return finding.severity() != Severity.INFORMATION;
    }

    @ParameterizedTest
    @EnumSource
    void snapshotsAreCheckedWithTheirMemoryAndAlone(RowLayout layout) {
        make(layout);
        CheckReport report = check();
        assertThat(report.findings()).noneMatch(SnapshotCheckTest::isBad);
        assertThat(report.counts().snapshots()).isEqualTo(2);
        CheckReport alone = StoreCheck.of(snapshot).run();
        assertThat(alone.findings()).noneMatch(SnapshotCheckTest::isBad);
        assertThat(alone.counts().snapshots()).isEqualTo(1);
        assertThat(alone.counts().rows()).isPositive();
        DirectoryImage before = DirectoryImage.of(directory);
        assertThat(StoreCheck.of(snapshot).repair().repairs()).isEmpty();
        assertThat(DirectoryImage.of(directory)).isEqualTo(before);
    }

    @Test
    void filesThatNobodySharesAnyMoreAreInformation() {
        make(RowLayout.ARRIVAL);
        Path copy = place.resolve("copy");
        DirectoryImage.of(directory).writeTo(copy);
        CheckReport report = StoreCheck.of(copy).run();
        assertThat(report.findings())
                .noneMatch(SnapshotCheckTest::isBad)
                .anyMatch(finding -> finding.problem().contains("held by the snapshot alone"));
    }

    @ParameterizedTest
    @EnumSource
    void damageToAnyFileOfASnapshotIsAnErrorThatNoRepairTouches(RowLayout layout) throws IOException {
        make(layout);
        for (String name : DirectoryImage.of(snapshot).files().keySet()) {
            Path file = snapshot.resolve(name);
            int offset = name.endsWith(".seg") ? PAGE + 50 : (int) Math.min(150, Files.size(file) - 1);
            Damage.flip(file, offset);
            CheckReport report = check();
            assertThat(report.isSound()).as(name).isFalse();
            assertThat(report.findings())
                    .as(name)
                    .anyMatch(finding -> finding.severity() == Severity.ERROR
                            && finding.remedy().contains("delete it: second"));
            Damage.flip(file, offset);
            byte[] whole = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(check().isSound()).as(name).isFalse();
            Files.write(file, whole);
        }
        assertThat(check().findings()).noneMatch(SnapshotCheckTest::isBad);
    }

    @Test
    void strayFilesAndWrongNamesAreTold() throws IOException {
        make(RowLayout.ARRIVAL);
        Damage.put(snapshot, "notes.txt");
        Damage.put(directory.resolve("snapshots"), "notes.txt");
        Files.move(directory.resolve("snapshots/first"), directory.resolve("snapshots/renamed"));
        CheckReport report = check();
        requireFinding(report, Severity.ERROR, snapshot.resolve("notes.txt"), "not part of the snapshot");
        requireFinding(report, Severity.ERROR, directory.resolve("snapshots/notes.txt"), "among the snapshots");
        requireFinding(
                report,
                Severity.WARNING,
                directory.resolve("snapshots/renamed/snapshot.engram"),
                "another name than its directory");
    }

    @Test
    void directoriesThatAreNoSnapshotsAreErrors() throws IOException {
        make(RowLayout.ARRIVAL);
        Files.createDirectory(directory.resolve("snapshots/empty"));
        Files.createDirectory(directory.resolve("snapshots/-name"));
        CheckReport report = check();
        requireFinding(
                report,
                Severity.ERROR,
                directory.resolve("snapshots/empty/snapshot.engram"),
                "manifest of a snapshot is missing");
        requireFinding(report, Severity.ERROR, directory.resolve("snapshots/-name"), "among the snapshots");
    }

    @Test
    void simulatedFilesAreCheckedAsRealOnes() {
        SimulatedFiles files = new SimulatedFiles();
        Path simulated = Path.of("/simulated");
        try (OffHeapReplayMemory memory = StoreCheckTest.builder(RowLayout.ARRIVAL, simulated)
                .files(files)
                .open()) {
            StoreCheckTest.play(memory, 7, 60);
            memory.snapshot("first");
        }
        CheckReport report = StoreCheck.of(files, simulated).run();
        assertThat(report.findings()).noneMatch(SnapshotCheckTest::isBad);
        assertThat(report.counts().snapshots()).isEqualTo(1);
    }

    @Test
    void privateFileWithASecondNameIsAWarning() throws IOException {
        make(RowLayout.ARRIVAL);
        Files.createLink(place.resolve("name"), snapshot.resolve("memory.engram"));
        requireFinding(check(), Severity.WARNING, snapshot.resolve("memory.engram"), "other names");
    }

    @Test
    void snapshotOfAnotherMemoryIsAnError() {
        make(RowLayout.ARRIVAL);
        Path other = place.resolve("other");
        try (OffHeapReplayMemory memory =
                StoreCheckTest.builder(RowLayout.ARRIVAL, other).open()) {
            StoreCheckTest.play(memory, 1, 10);
            memory.snapshot("theirs");
        }
        DirectoryImage.of(other.resolve("snapshots/theirs")).writeTo(directory.resolve("snapshots/theirs"));
        requireFinding(
                check(), Severity.ERROR, directory.resolve("snapshots/theirs/memory.engram"), "of another memory");
    }

    @Test
    void damagedSegmentThatASnapshotSharesIsReplacedByARepairAndTheSnapshotStaysAsItIs() throws IOException {
        make(RowLayout.SELF_CONTAINED);
        Path segment = sharedSegment();
        Damage.flip(segment, PAGE + 50);
        DirectoryImage before = DirectoryImage.of(directory.resolve("snapshots"));
        Object inode = new NioFileLayer().fileKey(segment);
        CheckReport repaired = StoreCheck.of(directory).repair();
        assertThat(DirectoryImage.of(directory.resolve("snapshots"))).isEqualTo(before);
        assertThat(repaired.repairs()).singleElement().asString().contains(segment.toString(), "lost rows=1");
        assertThat(new NioFileLayer().fileKey(segment)).isNotEqualTo(inode);
        assertThat(repaired.findings())
                .filteredOn(finding -> finding.severity() == Severity.ERROR)
                .isNotEmpty()
                .allMatch(finding -> finding.file().startsWith(directory.resolve("snapshots")));
        try (OffHeapReplayMemory memory =
                StoreCheckTest.builder(RowLayout.SELF_CONTAINED, directory).open()) {
            assertThat(HeldRows.of(memory)).hasSize((int) StoreCheckTest.CAPACITY - 1);
        }
        assertThat(DirectoryImage.of(directory.resolve("snapshots"))).isEqualTo(before);
        Snapshots.of(directory).delete("first");
        Snapshots.of(directory).delete("second");
        assertThat(check().findings()).noneMatch(SnapshotCheckTest::isBad);
    }

    @Test
    void leftoversOfSnapshotsAndRestoresAreInformationAndARepairRemovesThem() throws IOException {
        make(RowLayout.ARRIVAL);
        DirectoryImage.of(snapshot).writeTo(directory.resolve("snapshots/half.tmp"));
        DirectoryImage.of(directory.resolve("segments")).writeTo(directory.resolve("restore.tmp/segments"));
        CheckReport report = check();
        assertThat(report.findings()).noneMatch(SnapshotCheckTest::isBad);
        for (String name : List.of("snapshots/half.tmp", "restore.tmp")) {
            requireFinding(report, Severity.INFORMATION, directory.resolve(name), "left over");
        }
        assertThat(StoreCheck.of(directory).repair().repairs()).hasSize(2);
        assertThat(directory.resolve("snapshots/half.tmp")).doesNotExist();
        assertThat(directory.resolve("restore.tmp")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatWasRestoredIsSoundAndItsStatesAreChecked(RowLayout layout) throws IOException {
        make(layout);
        Snapshots.of(directory).restore("second");
        assertThat(check().findings()).noneMatch(SnapshotCheckTest::isBad);
        Path state = directory.resolve("resume/state/learner.state");
        Damage.flip(state, 1);
        requireFinding(check(), Severity.ERROR, state, "damaged");
        Damage.flip(state, 1);
        Damage.flip(directory.resolve("resume/snapshot.engram"), 70);
        assertThat(check().isSound()).isFalse();
        Damage.flip(directory.resolve("resume/snapshot.engram"), 70);
        try (OffHeapReplayMemory memory =
                StoreCheckTest.builder(layout, directory).open()) {
            StoreCheckTest.play(memory, 3, 9);
        }
        CheckReport stale = check();
        assertThat(stale.findings()).noneMatch(SnapshotCheckTest::isBad);
        requireFinding(stale, Severity.INFORMATION, directory.resolve("resume"), "appended since");
    }

    @Test
    void restoreThatIsNotFinishedIsCheckedAsIfItWereAndFinishedByARepair() throws IOException {
        make(RowLayout.ARRIVAL);
        Path restored = place.resolve("restored");
        Snapshots.of(directory).fork("second", restored);
        DirectoryImage expected = DirectoryImage.of(restored);
        for (String part : List.of("segments", "journal", "priorities", "resume")) {
            Files.createDirectories(directory.resolve("restore"));
            Files.move(restored.resolve(part), directory.resolve("restore").resolve(part));
        }
        // The process died while it removed the old parts.
        for (Path page : list(directory.resolve("journal"))) {
            Files.delete(page);
        }
        CheckReport report = check();
        assertThat(report.findings()).noneMatch(SnapshotCheckTest::isBad);
        requireFinding(report, Severity.INFORMATION, directory.resolve("restore"), "restore is not finished");
        CheckReport repaired = StoreCheck.of(directory).repair();
        assertThat(repaired.repairs()).singleElement().asString().contains("finished the restore");
        assertThat(repaired.findings()).noneMatch(SnapshotCheckTest::isBad);
        for (String part : List.of("segments", "journal", "priorities", "resume")) {
            assertThat(DirectoryImage.of(directory.resolve(part)).files())
                    .hasSameSizeAs(list(directory.resolve(part)).isEmpty() ? List.of() : namesBelow(expected, part));
        }
    }

    private static List<String> namesBelow(DirectoryImage image, String part) {
        return image.files().keySet().stream()
                .filter(name -> name.startsWith(part + "/"))
                .toList();
    }

    private static void requireFinding(CheckReport report, Severity severity, Path file, String problem) {
        assertThat(report.findings())
                .anyMatch(finding -> finding.severity() == severity
                        && finding.file().equals(file)
                        && finding.problem().contains(problem));
    }

    /** The youngest of those that the memory and a snapshot have. */
    private Path sharedSegment() throws IOException {
        List<Path> shared = list(directory.resolve("segments")).stream()
                .filter(file ->
                        Files.exists(snapshot.resolve("segments").resolve(file.getFileName())) && links(file) > 1)
                .toList();
        return shared.get(shared.size() - 1);
    }

    private static int links(Path file) {
        try {
            return new NioFileLayer().linkCount(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> list(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.sorted().toList();
        }
    }
}
