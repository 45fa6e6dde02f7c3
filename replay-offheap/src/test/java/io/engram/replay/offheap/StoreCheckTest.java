package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.Windows;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.priority.IndexMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@link StoreCheck} finds in memories that are sound, and in such that are damaged where an opening would not
 * notice. That it finds all that an opening refuses is {@link RefusalTest}'s to show.
 */
@DamagesStores
class StoreCheckTest {
    static final long CAPACITY = 40;
    static final int SEGMENT_ROWS = 4;

    private static final int PAGE = 4096;

    @TempDir
    Path place;

    private Path directory;

    @BeforeEach
    void choose() {
        directory = place.resolve("memory");
    }

    /** A memory with sealed, open, recycled and prepared segments, sealed pages and all kinds of indexes. */
    static OffHeapMemoryBuilder builder(RowLayout layout, Path directory) {
        return OffHeapReplayMemory.builder(Experience.schema(layout), CAPACITY)
                .directory(directory)
                .segmentRows(SEGMENT_ROWS)
                .files(WatchedFiles.unsynced())
                .journalPages(PageDescriptor.MIN_LENGTH)
                .priorities(
                        PriorityIndex.proportional("default").build(),
                        PriorityIndex.rankBased("ranked").build(),
                        PriorityIndex.proportional("windows")
                                .windows(Windows.of(3).withStride(2).withTail(Windows.Tail.PAD))
                                .build())
                .withoutAutomaticUpkeep();
    }

    /** Appends rows of two streams, and leaves an episode of each open. */
    static void play(OffHeapReplayMemory memory, long seed, int rows) {
        ExperienceActor[] actors = {new ExperienceActor(memory, "first"), new ExperienceActor(memory, "second")};
        play(memory, actors, seed, rows);
    }

    static void play(OffHeapReplayMemory memory, ExperienceActor[] actors, long seed, int rows) {
        SplitMix64 random = new SplitMix64(seed);
        long goal = memory.ring().head() + rows;
        while (memory.ring().head() < goal) {
            actors[random.nextInt(2)].act(random);
            if (random.nextInt(3) > 0) {
                memory.upkeep().turn();
            }
        }
    }

    private void make(RowLayout layout) {
        try (OffHeapReplayMemory memory = builder(layout, directory).open()) {
            play(memory, 7, 90);
        }
    }

    private CheckReport check() {
        DirectoryImage before = DirectoryImage.of(directory);
        CheckReport report = StoreCheck.of(directory).run();
        assertThat(DirectoryImage.of(directory)).as("a check changes nothing").isEqualTo(before);
        return report;
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatWasClosedOrWhoseProcessDiedIsSound(RowLayout layout) {
        for (long seed = 1; seed <= 6; seed++) {
            Path copy = place.resolve("killed-" + seed);
            try (OffHeapReplayMemory memory = builder(layout, directory).open()) {
                play(memory, seed, 25);
                DirectoryImage.of(directory).writeTo(copy);
                assertThatThrownBy(() -> StoreCheck.of(directory).run())
                        .isExactlyInstanceOf(StoreLockedException.class)
                        .hasMessageContaining(directory.toString());
            }
            CheckReport closed = check();
            assertThat(closed.findings()).as("seed=%d", seed).noneMatch(StoreCheckTest::isBad);
            CheckReport killed = StoreCheck.of(copy).run();
            assertThat(killed.findings()).as("seed=%d", seed).noneMatch(StoreCheckTest::isBad);
            assertThat(killed.counts().rows()).isEqualTo(closed.counts().rows());
            assertThat(killed.counts().leaves()).isEqualTo(3 * 1024);
        }
        CheckReport report = check();
        assertThat(report.isSound()).isTrue();
        assertThat(report.counts().rows()).isGreaterThanOrEqualTo(CAPACITY);
        assertThat(report.counts().sealedSegments())
                .isPositive()
                .isLessThan(report.counts().segments());
        assertThat(report.counts().records()).isPositive();
    }

    private static boolean isBad(Finding finding) {
        return finding.severity() != Severity.INFORMATION;
    }

    @Test
    void segmentsFarBehindTheWindowHarmNoCheck() {
        Path copy = place.resolve("copy");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 3)
                .directory(directory)
                .segmentRows(1)
                .files(WatchedFiles.unsynced())
                .withoutAutomaticUpkeep()
                .open()) {
            SplitMix64 random = new SplitMix64(1);
            ExperienceActor actor = new ExperienceActor(memory, "a");
            for (int i = 0; i < 200; i++) {
                actor.act(random);
            }
            DirectoryImage.of(directory).writeTo(copy);
        }
        CheckReport report = StoreCheck.of(copy).run();
        assertThat(report.isSound()).isTrue();
        assertThat(report.counts().segments()).isGreaterThan(100);
    }

    @Test
    void emptyMemoryIsSound() {
        builder(RowLayout.ARRIVAL, directory).open().close();
        assertThat(check().findings()).isEmpty();
        assertThat(check().counts().rows()).isZero();
    }

    @Test
    void damagedRowOfASealedSegmentIsAnErrorAndARepairDropsIt() throws IOException {
        make(RowLayout.SELF_CONTAINED);
        long rows = check().counts().rows();
        Path segment = sealedSegment();
        Damage.flip(segment, PAGE + 100);
        CheckReport report = check();
        assertThat(report.isSound()).isFalse();
        requireFinding(report, Severity.ERROR, segment, "damaged");
        CheckReport repaired = StoreCheck.of(directory).repair();
        assertThat(repaired.isSound()).isTrue();
        assertThat(repaired.repairs()).singleElement().asString().contains(segment.toString(), "lost rows=1");
        assertThat(repaired.counts().rows()).isEqualTo(rows - 1);
        try (OffHeapReplayMemory memory =
                builder(RowLayout.SELF_CONTAINED, directory).open()) {
            assertThat(HeldRows.of(memory)).hasSize((int) CAPACITY - 1);
        }
        assertThat(check().findings()).noneMatch(StoreCheckTest::isBad);
    }

    @Test
    void slotOfASealedSegmentThatLostItsStampIsAnError() throws IOException {
        make(RowLayout.ARRIVAL);
        Path segment = sealedSegment();
        Damage.putInt(segment, PAGE, 0);
        requireFinding(check(), Severity.ERROR, segment, "not closed");
        assertThat(StoreCheck.of(directory).repair().isSound()).isTrue();
    }

    @Test
    void footerThatIsNotWholeIsAWarningAndARepairZeroesIt() throws IOException {
        make(RowLayout.ARRIVAL);
        Path segment = sealedSegment();
        int footer = (int) Files.size(segment) - PAGE;
        Damage.flip(segment, footer + 13);
        CheckReport report = check();
        assertThat(report.isSound()).isTrue();
        requireFinding(report, Severity.WARNING, segment, "footer");
        long rows = report.counts().rows();
        CheckReport repaired = StoreCheck.of(directory).repair();
        assertThat(repaired.findings()).noneMatch(StoreCheckTest::isBad);
        assertThat(repaired.counts().rows()).isEqualTo(rows);
    }

    @Test
    void footerThatLiesIsAnError() throws IOException {
        make(RowLayout.ARRIVAL);
        Path victim = sealedSegment();
        int footer = (int) Files.size(victim) - PAGE;
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(victim)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(footer + 32, bytes.getInt(footer + 32) - 1);
        CRC32C crc = new CRC32C();
        bytes.putInt(footer + 12, 0);
        crc.update(bytes.array(), footer, 64);
        bytes.putInt(footer + 12, (int) crc.getValue());
        Files.write(victim, bytes.array());
        requireFinding(check(), Severity.ERROR, victim, "footer");
    }

    @Test
    void staleLinkIsInformation() throws IOException {
        make(RowLayout.ARRIVAL);
        Path segment = sealedSegment();
        int links = (int) Files.size(segment) - 3 * PAGE;
        long before = check().count(Severity.INFORMATION);
        Damage.putInt(segment, links, 3_000);
        CheckReport report = check();
        assertThat(report.isSound()).isTrue();
        assertThat(report.count(Severity.INFORMATION)).isGreaterThanOrEqualTo(before);
        requireFinding(report, Severity.INFORMATION, segment, "links");
    }

    @Test
    void leafThatCannotBeIsAWarning() throws IOException {
        make(RowLayout.SELF_CONTAINED);
        Path index = directory.resolve("priorities/default.index");
        Damage.flipBit(index, Byte.SIZE * (IndexMemory.LEAVES_OFFSET + 8 * 900) + 36);
        Damage.flipBit(index, Byte.SIZE * (IndexMemory.LEAVES_OFFSET + 8 * 900) + 3);
        requireFinding(check(), Severity.WARNING, index, "dead leaves");
        Damage.flipBit(index, Byte.SIZE * (IndexMemory.LEAVES_OFFSET + 8 * 80) + 35);
        Damage.flipBit(index, Byte.SIZE * (IndexMemory.LEAVES_OFFSET + 8 * 80) + 34);
        requireFinding(check(), Severity.WARNING, index, "more mass");
    }

    @Test
    void unreadablePrioritiesAreAnErrorAndARepairRemovesThem() throws IOException {
        make(RowLayout.SELF_CONTAINED);
        Path index = directory.resolve("priorities/ranked.index");
        Damage.cut(index, -1);
        requireFinding(check(), Severity.ERROR, index, "too short");
        CheckReport repaired = StoreCheck.of(directory).repair();
        assertThat(repaired.isSound()).isTrue();
        assertThat(repaired.repairs()).singleElement().asString().contains("removed", index.toString());
        builder(RowLayout.SELF_CONTAINED, directory).open().close();
    }

    @Test
    void leftoversAreInformationAndARepairRemovesThem() throws IOException {
        make(RowLayout.ARRIVAL);
        List<String> names = List.of("segments/a.seg.tmp", "journal/b.page.tmp", "priorities/c.index.tmp");
        for (String name : names) {
            Files.createFile(directory.resolve(name));
        }
        CheckReport report = check();
        assertThat(report.isSound()).isTrue();
        for (String name : names) {
            requireFinding(report, Severity.INFORMATION, directory.resolve(name), "left over");
        }
        assertThat(StoreCheck.of(directory).repair().repairs()).hasSize(3);
        for (String name : names) {
            assertThat(directory.resolve(name)).doesNotExist();
        }
    }

    @Test
    void whatCannotBeRepairedIsSaid() throws IOException {
        make(RowLayout.ARRIVAL);
        Files.delete(sealedSegment());
        DirectoryImage before = DirectoryImage.of(directory);
        CheckReport report = StoreCheck.of(directory).repair();
        assertThat(report.isSound()).isFalse();
        assertThat(report.repairs()).isEmpty();
        assertThat(report.findings()).anyMatch(finding -> finding.problem().contains("a segment is missing"));
        assertThat(DirectoryImage.of(directory)).isEqualTo(before);
    }

    @Test
    void whatIsNoMemoryIsRefused() throws IOException {
        assertThatThrownBy(() -> StoreCheck.of(place.resolve("nothing")).run())
                .isExactlyInstanceOf(ForeignFileException.class);
        Damage.put(place, "notes.txt");
        DirectoryImage before = DirectoryImage.of(place);
        assertThatThrownBy(() -> StoreCheck.of(place).run())
                .isExactlyInstanceOf(ForeignFileException.class)
                .hasMessageContaining(place.toString());
        assertThatThrownBy(() -> StoreCheck.of(place).repair()).isExactlyInstanceOf(ForeignFileException.class);
        assertThat(DirectoryImage.of(place)).isEqualTo(before);
    }

    @Test
    void crashOfACheckIsNoAnswerToGarbage() throws IOException {
        make(RowLayout.ARRIVAL);
        DirectoryImage sound = DirectoryImage.of(directory);
        SplitMix64 random = new SplitMix64(3);
        for (String name : sound.files().keySet()) {
            for (int length : new int[] {0, 1, 63, 64, PAGE, 2 * PAGE}) {
                byte[] garbage = new byte[length];
                for (int i = 0; i < length; i++) {
                    garbage[i] = (byte) random.nextInt(256);
                }
                Files.write(directory.resolve(name), garbage);
                assertThat(StoreCheck.of(directory).run().isSound())
                        .as("%s, length=%d", name, length)
                        .isFalse();
            }
            Files.write(directory.resolve(name), sound.files().get(name));
        }
        assertThat(check().findings()).noneMatch(StoreCheckTest::isBad);
    }

    private static void requireFinding(CheckReport report, Severity severity, Path file, String problem) {
        assertThat(report.findings())
                .anyMatch(finding -> finding.severity() == severity
                        && finding.file().equals(file)
                        && finding.problem().contains(problem));
    }

    private Path sealedSegment() throws IOException {
        List<Long> sealed = StoredSegments.read(directory).sealed();
        long ordinal = sealed.get(sealed.size() / 2);
        return segments().stream()
                .filter(file -> Long.parseLong(file.getFileName().toString().substring(0, 16), 16) == ordinal)
                .findFirst()
                .orElseThrow();
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("segments"))) {
            return files.sorted().toList();
        }
    }
}
