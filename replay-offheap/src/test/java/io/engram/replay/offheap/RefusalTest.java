package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.contract.EpisodeContract;
import io.engram.replay.contract.Schemas;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is wrong with a directory is told by an exception of its own, and nothing in the directory is changed. The
 * memory that is damaged here has 50 rows of two streams, sealed and open segments, and has lost its first ones.
 */
@DamagesStores
class RefusalTest {
    private static final Schema SCHEMA = Experience.schema(RowLayout.ARRIVAL);
    private static final long CAPACITY = 40;
    private static final int SEGMENT_ROWS = 4;
    private static final String HEAD = SuperblockDescriptor.FILE_NAME;
    private static final String JOURNAL = JournalFiles.DIRECTORY;

    private static DirectoryImage whole;
    private static DirectoryImage other;

    @TempDir
    Path place;

    private Path directory;

    @BeforeAll
    static void makeMemories(@TempDir Path scratch) {
        whole = make(scratch.resolve("whole"));
        other = make(scratch.resolve("other"));
        StoredSegments stored = StoredSegments.read(scratch.resolve("whole"));
        assertThat(stored.ordinals()).hasSizeGreaterThan(8).doesNotContain(0L);
        assertThat(stored.sealed()).hasSizeBetween(3, stored.ordinals().size() - 3);
    }

    @BeforeEach
    void copyMemory() throws IOException {
        directory = place.resolve("memory");
        whole.writeTo(directory);
        Files.createFile(directory.resolve("lock"));
    }

    @Test
    void undamagedCopyIsOpened() {
        try (OffHeapReplayMemory memory = open(directory)) {
            assertThat(memory.size()).isEqualTo(CAPACITY);
            assertThat(HeldRows.of(memory)).hasSize((int) CAPACITY);
        }
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                        heads(),
                        noHeads(),
                        JournalDamages.pages(),
                        JournalDamages.records(() -> other),
                        segments(),
                        wrongSegments(),
                        IndexDamages.indexes(() -> other),
                        IndexDamages.otherByteOrder(),
                        places())
                .flatMap(each -> each);
    }

    private static Stream<Arguments> heads() {
        return Stream.of(
                refused(
                        "head of another format",
                        ForeignFileException.class,
                        "magic",
                        d -> Damage.flip(d.resolve(HEAD), 3)),
                refused(
                        "head cut to nothing",
                        TruncatedStoreException.class,
                        "length=0",
                        d -> Damage.cut(d.resolve(HEAD), 0)),
                refused(
                        "head cut in the magic",
                        TruncatedStoreException.class,
                        "length=5",
                        d -> Damage.cut(d.resolve(HEAD), 5)),
                refused("head cut", TruncatedStoreException.class, "length=41", d -> Damage.cut(d.resolve(HEAD), 41)),
                refused(
                        "head cut in the schema",
                        TruncatedStoreException.class,
                        "length=70",
                        d -> Damage.cut(d.resolve(HEAD), 70)),
                refused(
                        "head with more behind it",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.grow(d.resolve(HEAD), 1)),
                refused(
                        "head far too long",
                        ForeignFileException.class,
                        "length=",
                        d -> Damage.grow(d.resolve(HEAD), 2 << 20)),
                refused(
                        "damaged checksum",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(d.resolve(HEAD), 12)),
                refused(
                        "damaged memory id",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(d.resolve(HEAD), 20)),
                refused(
                        "damaged capacity",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(d.resolve(HEAD), 32)),
                refused("damaged schema", CorruptStoreException.class, "crc32c", d -> Damage.flip(d.resolve(HEAD), 60)),
                refused(
                        "version 0",
                        CorruptStoreException.class,
                        "version found=0",
                        d -> Damage.putInt(d.resolve(HEAD), 8, 0)),
                refused(
                        "newer head",
                        UnsupportedVersionException.class,
                        "version found=2",
                        d -> Damage.putInt(d.resolve(HEAD), 8, 2)));
    }

    private static Stream<Arguments> noHeads() {
        return Stream.of(
                refused("missing head", CorruptStoreException.class, "holds data", d -> Damage.remove(d.resolve(HEAD))),
                refused("missing head, priorities", CorruptStoreException.class, "priorities holds data", d -> {
                    for (String part : List.of("journal", "segments")) {
                        DirectoryImage.delete(d.resolve(part));
                        Files.createDirectory(d.resolve(part));
                    }
                    return Damage.remove(d.resolve(HEAD));
                }),
                refused(
                        "directory for a head",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.directoryAt(d.resolve(HEAD))),
                refused(
                        "link for a head",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.linkAt(d.resolve(HEAD))),
                refused(
                        "pipe for a head",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.pipeAt(d.resolve(HEAD))));
    }

    private static Stream<Arguments> segments() {
        return Stream.of(
                refused(
                        "segment of another format",
                        ForeignFileException.class,
                        "magic",
                        d -> Damage.flip(Damage.segment(d, 2), 0)),
                refused(
                        "newer segment",
                        UnsupportedVersionException.class,
                        "version found=9",
                        d -> Damage.putInt(Damage.segment(d, 2), 8, 9)),
                refused(
                        "damaged ordinal",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(Damage.segment(d, 2), 40)),
                refused(
                        "damaged stride",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(Damage.segment(d, 2), 52)),
                refused(
                        "empty segment file",
                        TruncatedStoreException.class,
                        "length=0",
                        d -> Damage.cut(Damage.segment(d, 2), 0)),
                refused(
                        "segment cut in its header",
                        TruncatedStoreException.class,
                        "length=100",
                        d -> Damage.cut(Damage.segment(d, 2), 100)),
                refused(
                        "segment cut behind its header",
                        TruncatedStoreException.class,
                        "length=4096",
                        d -> Damage.cut(Damage.segment(d, 2), 4096)),
                refused(
                        "segment cut at its end",
                        TruncatedStoreException.class,
                        "length=",
                        d -> Damage.cut(Damage.segment(d, 2), -1)),
                refused(
                        "segment with more behind it",
                        CorruptStoreException.class,
                        "too long",
                        d -> Damage.grow(Damage.segment(d, 2), 1)));
    }

    private static Stream<Arguments> wrongSegments() {
        return Stream.of(
                refused(
                        "another memory's segment",
                        ForeignFileException.class,
                        "memory id",
                        RefusalTest::foreignSegment),
                refused(
                        "missing sealed segment",
                        CorruptStoreException.class,
                        "missing",
                        d -> Damage.removeBefore(d, 3)),
                refused(
                        "missing open segment",
                        CorruptStoreException.class,
                        "missing",
                        d -> Damage.removeBefore(d, -4)),
                refused(
                        "missing last segment with rows",
                        CorruptStoreException.class,
                        "missing",
                        d -> Damage.removeHead(d, SEGMENT_ROWS)),
                refused(
                        "two segments with rows for one",
                        CorruptStoreException.class,
                        "same segment",
                        d -> Damage.twin(d, 2)),
                refused(
                        "directory for a segment",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.directoryAt(Damage.segment(d, 2))),
                refused(
                        "link for a segment",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.linkAt(Damage.segment(d, 2))),
                refused(
                        "pipe for a segment",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.pipeAt(Damage.segment(d, 2))),
                refused(
                        "foreign file among the segments",
                        ForeignFileException.class,
                        "move it away",
                        d -> Damage.put(d, "segments/notes.txt")),
                refused(
                        "foreign temporary file among them",
                        ForeignFileException.class,
                        "move it away",
                        d -> Damage.put(d, "segments/a.tmp")),
                refused(
                        "directory of a temporary's name",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.directoryAt(d.resolve("segments/a.seg.tmp"))));
    }

    private static Stream<Arguments> places() {
        return Stream.of(
                refused("foreign file", ForeignFileException.class, "expected only", d -> Damage.put(d, "notes.txt")),
                refused(
                        "hidden foreign file",
                        ForeignFileException.class,
                        "expected only",
                        d -> Damage.put(d, ".notes")),
                refused(
                        "left-over head",
                        ForeignFileException.class,
                        "expected only",
                        d -> Damage.put(d, HEAD + ".tmp")),
                refused("missing segments", CorruptStoreException.class, "missing", Damage::removeSegments),
                refused("file for the segments", CorruptStoreException.class, "missing", Damage::fileForSegments),
                refused(
                        "directory for the lock",
                        StorageException.class,
                        "regular file",
                        d -> Damage.directoryAt(d.resolve("lock"))),
                refused(
                        "link for the lock",
                        StorageException.class,
                        "regular file",
                        d -> Damage.linkAt(d.resolve("lock"))));
    }

    static Arguments refused(String what, Class<? extends StorageException> exception, String message, Damage damage) {
        return Arguments.of(what, exception, message, damage);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void damagedDirectoryIsRefusedAndLeftUntouched(
            String what, Class<? extends StorageException> exception, String message, Damage damage)
            throws IOException {
        Path named = damage.to(directory);
        DirectoryImage before = DirectoryImage.of(directory);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> open(directory))
                    .as(what)
                    .isExactlyInstanceOf(exception)
                    .hasMessageContainingAll(named.getFileName().toString(), message);
            assertThat(DirectoryImage.of(directory)).as(what).isEqualTo(before);
        }
        assertThat(StoreCheck.of(directory).run().findings())
                .as(what)
                .anyMatch(finding -> finding.severity() == CheckReport.Severity.ERROR
                        && finding.toString().contains(named.getFileName().toString()));
        assertThat(DirectoryImage.of(directory)).as(what).isEqualTo(before);
    }

    @Test
    void everyDamagedBitOfTheHeadIsRefused() throws IOException {
        everyBitIsRefused(directory.resolve(HEAD), (int) Files.size(directory.resolve(HEAD)));
    }

    @Test
    void everyDamagedBitOfASegmentsHeaderIsRefused() throws IOException {
        everyBitIsRefused(Damage.segment(directory, 1), SegmentDescriptor.HEADER_LENGTH);
    }

    @Test
    void everyDamagedBitOfAPageThatTheMemoryWroteIsRefusedOrHarmless() throws IOException {
        Path page = Damage.page(directory, 0);
        List<String> sound = episodesOf(directory);
        int end = StoredJournal.read(directory).records().stream()
                .filter(entry -> entry.file().equals(page))
                .mapToInt(entry -> entry.offset() + entry.bytes().capacity())
                .max()
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(page);
        int refused = 0;
        for (int bit = 0; bit < Byte.SIZE * end; bit += 31) {
            Path copy = place.resolve("bit-" + bit);
            whole.writeTo(copy);
            byte[] damaged = bytes.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(copy.resolve(JOURNAL).resolve(page.getFileName()), damaged);
            try {
                // What a power loss explains is given up, with the rows; nothing else is ever told.
                assertThat(episodesOf(copy))
                        .as("bit %d", bit)
                        .allMatch(text -> sound.contains(text.replace("TRUNCATED recovered", "ABANDONED")));
            } catch (StorageException e) {
                refused++;
            }
            DirectoryImage.delete(copy);
        }
        assertThat(refused).isGreaterThan(Byte.SIZE * end / 31 / 2);
    }

    private static List<String> episodesOf(Path directory) {
        try (OffHeapReplayMemory memory = open(directory)) {
            return memory.episodes().stream().map(EpisodeContract::text).toList();
        }
    }

    private void everyBitIsRefused(Path file, int length) throws IOException {
        DirectoryImage before = DirectoryImage.of(directory);
        byte[] sound = Files.readAllBytes(file);
        for (int bit = 0; bit < Byte.SIZE * length; bit++) {
            byte[] damaged = sound.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file, damaged);
            assertThatThrownBy(() -> open(directory))
                    .as("bit %d of %s", bit, file)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(file.getFileName().toString());
            assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
        }
        Files.write(file, sound);
        assertThat(DirectoryImage.of(directory)).isEqualTo(before);
        undamagedCopyIsOpened();
    }

    @Test
    void anotherSchemaOrCapacityIsRefused() {
        DirectoryImage before = DirectoryImage.of(directory);
        for (Schema schema : List.of(Experience.schema(RowLayout.SELF_CONTAINED), Schemas.small(RowLayout.ARRIVAL))) {
            assertThatThrownBy(() -> builder(directory, schema, CAPACITY).open())
                    .isExactlyInstanceOf(StoreMismatchException.class)
                    .hasMessageContainingAll(directory.toString(), SCHEMA.toString(), schema.toString());
        }
        assertThatThrownBy(() -> builder(directory, SCHEMA, CAPACITY + 1).open())
                .isExactlyInstanceOf(StoreMismatchException.class)
                .hasMessageContainingAll(directory.toString(), "stored=40", "asked for=41");
        assertThat(DirectoryImage.of(directory)).isEqualTo(before);
    }

    @Test
    void missingNewestSegmentIsRefusedHoweverSmallTheWindow() throws IOException {
        Path small = place.resolve("small");
        try (OffHeapReplayMemory memory = builder(small, SCHEMA, 2).open();
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            for (int i = 0; i < 6 * SEGMENT_ROWS + 1; i++) {
                actor.begin();
                memory.upkeep().turn();
            }
        }
        Damage.removeHead(small, SEGMENT_ROWS);
        DirectoryImage before = DirectoryImage.of(small);
        assertThatThrownBy(() -> builder(small, SCHEMA, 2).open()).isExactlyInstanceOf(CorruptStoreException.class);
        assertThat(DirectoryImage.of(small)).isEqualTo(before);
    }

    @Test
    void damagedFooterOnlyMakesTheRowsBeReadOneByOne() throws IOException {
        for (int bit = 0; bit < Byte.SIZE * SegmentDescriptor.FOOTER_LENGTH; bit += 5) {
            Path copy = place.resolve("copy-" + bit);
            whole.writeTo(copy);
            Path segment = Damage.segment(copy, 1);
            int footer = (int) Files.size(segment) - 4096;
            Damage.flipBit(segment, Byte.SIZE * footer + bit);
            try (OffHeapReplayMemory memory = open(copy)) {
                assertThat(HeldRows.of(memory)).as("bit=%d", bit).hasSize((int) CAPACITY);
            }
        }
    }

    private static DirectoryImage make(Path directory) {
        try (OffHeapReplayMemory memory = open(directory);
                ExperienceActor first = new ExperienceActor(memory, "first-stream");
                ExperienceActor second = new ExperienceActor(memory, "second-stream")) {
            for (int i = 0; i < 30; i++) {
                first.begin();
                second.begin();
                memory.upkeep().turn();
            }
        }
        return DirectoryImage.of(directory);
    }

    private static OffHeapReplayMemory open(Path directory) {
        return builder(directory, SCHEMA, CAPACITY).open();
    }

    private static OffHeapMemoryBuilder builder(Path directory, Schema schema, long capacity) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .directory(directory)
                .segmentRows(SEGMENT_ROWS)
                .files(WatchedFiles.unsynced())
                .journalPages(PageDescriptor.MIN_LENGTH)
                .priorities(PriorityIndex.proportional("default").build())
                .withoutAutomaticUpkeep();
    }

    private static Path foreignSegment(Path directory) throws IOException {
        String name = other.files().keySet().stream()
                .filter(file -> file.startsWith("segments/"))
                .findFirst()
                .orElseThrow();
        return Files.write(directory.resolve(name), other.files().get(name));
    }
}
