package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.RowLayout;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries that are answered with the index: growing, reopened, damaged, removed, made anew. */
class CatalogueIndexTest {
    private static final int CAPACITY = 400;

    private final AtomicLong now = new AtomicLong(5_000_000);

    @TempDir
    Path place;

    private OffHeapReplayMemory open(RowLayout layout, Path directory, long entries) {
        return OffHeapReplayMemory.builder(LabelledHistory.schema(layout), CAPACITY)
                .directory(directory)
                .segmentRows(16)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .clock(now::get)
                .catalogueEntries(entries)
                .open();
    }

    private OffHeapReplayMemory open(Path directory) {
        return open(RowLayout.ARRIVAL, directory, 8);
    }

    private LabelledHistory history(OffHeapReplayMemory memory, long seed) {
        return new LabelledHistory(memory, seed, () -> now.addAndGet(7));
    }

    static void awaitIndex(OffHeapReplayMemory memory) {
        await(memory, IndexStatus.State.READY);
    }

    static void await(OffHeapReplayMemory memory, IndexStatus.State state) {
        long start = System.nanoTime();
        while (memory.catalogue().indexStatus().state() != state) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
                throw new AssertionError("after a minute: " + memory.catalogue().indexStatus() + ", expected " + state);
            }
            Thread.onSpinWait();
        }
    }

    private void assertAgrees(OffHeapReplayMemory memory) {
        awaitIndex(memory);
        CatalogueOracle.assertAgrees(memory, now.get());
        assertThat(memory.catalogue().isIndexed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void indexThatGrowsFromFewEntriesAnswersAsTheJournalDoes(RowLayout layout) {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(layout, directory, 2)) {
            CatalogueOracle.assertAgrees(memory, now.get());
            awaitIndex(memory);
            LabelledHistory history = history(memory, 3);
            for (int i = 0; i < 40; i++) {
                history.play(80);
                assertAgrees(memory);
            }
            assertThat(map(directory)).as("the first map").doesNotExist();
        }
        assertThat(files(directory))
                .as("each map takes the place of the one before")
                .extracting(each -> each.getFileName().toString())
                .containsExactly("clean.mark", "episodes-0.map");
    }

    private static void assertReused(OffHeapReplayMemory memory) {
        assertThat(memory.catalogue().indexStatus()).isEqualTo(new IndexStatus(IndexStatus.State.READY, 0, ""));
    }

    private static void assertMadeAnewOnce(OffHeapReplayMemory memory, String reason) {
        assertThat(memory.catalogue().indexStatus()).isEqualTo(new IndexStatus(IndexStatus.State.READY, 1, reason));
    }

    /** However many pages the journal gives up meanwhile. */
    @Test
    void cleanlyClosedIndexIsUsedAgain() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 4).play(900);
            assertAgrees(memory);
            assertMadeAnewOnce(memory, "there was none");
        }
        long pages = 0;
        for (int i = 0; i < 8; i++) {
            assertThat(files(directory))
                    .extracting(each -> each.getFileName().toString())
                    .containsExactly("clean.mark", "episodes-0.map");
            try (OffHeapReplayMemory memory = open(directory)) {
                LabelledHistory history = history(memory, 5 + i);
                // Before the index is open, as well.
                history.play(i % 2 == 0 ? 2000 : 0);
                assertAgrees(memory);
                history.play(200 << i % 4);
                assertAgrees(memory);
                assertReused(memory);
                pages = memory.journal().first().number();
            }
        }
        assertThat(pages).as("pages that were given up").isGreaterThan(20);
    }

    @Test
    void indexThatWasNotClosedIsMadeAnew() {
        Path directory = place.resolve("memory");
        Path crashed = place.resolve("crashed");
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 14).play(900);
            assertAgrees(memory);
        }
        try (OffHeapReplayMemory memory = open(directory)) {
            assertAgrees(memory);
            assertReused(memory);
            copy(directory, crashed);
        }
        try (OffHeapReplayMemory memory = open(crashed)) {
            assertAgrees(memory);
            assertMadeAnewOnce(memory, "the memory was not closed cleanly");
        }
        try (OffHeapReplayMemory memory = open(crashed)) {
            assertAgrees(memory);
            assertReused(memory);
        }
    }

    @Test
    void indexIsMadeAnewAfterARestoreAndMissingInSnapshotsAndForks() {
        Path directory = place.resolve("memory");
        Path fork = place.resolve("fork");
        try (OffHeapReplayMemory memory = open(directory)) {
            LabelledHistory history = history(memory, 6);
            history.play(500);
            awaitIndex(memory);
            memory.snapshot("one");
            history.play(500);
            assertAgrees(memory);
        }
        Snapshots.of(directory).fork("one", fork);
        assertThat(fork.resolve("catalogue")).doesNotExist();
        assertThat(directory.resolve("snapshots/one/catalogue")).doesNotExist();
        Snapshots.of(directory).restore("one");
        for (Path each : List.of(directory, fork)) {
            try (OffHeapReplayMemory memory = open(each)) {
                assertAgrees(memory);
                history(memory, 7).play(300);
                assertAgrees(memory);
            }
        }
    }

    @Test
    void indexCatchesUpWithWhatWasAppendedWithoutIt() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 8).play(300);
            assertAgrees(memory);
        }
        try (OffHeapReplayMemory memory = open(RowLayout.ARRIVAL, directory, 0)) {
            assertThat(memory.catalogue().isIndexed()).isFalse();
            history(memory, 9).play(3000);
        }
        try (OffHeapReplayMemory memory = open(directory)) {
            assertAgrees(memory);
        }
    }

    @Test
    void everyDamagedByteOfTheFilesLeadsToTheSameAnswers() throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 10).play(700);
            assertAgrees(memory);
        }
        for (String name : List.of("episodes-0.map", "clean.mark")) {
            Path file = directory.resolve("catalogue").resolve(name);
            long length = Files.size(file);
            for (long at = 0; at < length; at += Math.max(1, length / 24)) {
                Path copy = place.resolve("copy-" + name + "-" + at);
                copy(directory, copy);
                Path damaged = copy.resolve("catalogue").resolve(name);
                byte[] bytes = Files.readAllBytes(damaged);
                bytes[(int) at] ^= 0x10;
                Files.write(damaged, bytes);
                try (OffHeapReplayMemory memory = open(copy)) {
                    assertAgrees(memory);
                    assertMadeAnewOnce(
                            memory,
                            damaged.endsWith("clean.mark")
                                    ? "it is damaged, or of another version, memory or schema"
                                    : "its file is not there or has changed");
                }
            }
        }
    }

    /** Each for itself would be right; of another version, memory or schema they are not this memory's. */
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 32, 40, 48, 52, 56, 64})
    void indexOfAnotherVersionMemorySchemaOrPlaceIsMadeAnew(int offset) throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 12).play(700);
            assertAgrees(memory);
        }
        Path mark = directory.resolve("catalogue/clean.mark");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(mark)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(offset, bytes.getInt(offset) + 8).putInt(12, 0);
        Files.write(mark, bytes.putInt(12, crc(bytes)).array());
        try (OffHeapReplayMemory memory = open(directory)) {
            assertAgrees(memory);
            assertMadeAnewOnce(
                    memory,
                    offset < 40
                            ? "it is damaged, or of another version, memory or schema"
                            : "it is of a part of the journal that is not there any more");
        }
    }

    /** With a checksum that is right, so that only a look at the rows can tell. */
    @Test
    void hitThatIsNotWhereTheIndexHasItIsNotReturned() throws IOException {
        Path directory = place.resolve("memory");
        Episode episode;
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 13).play(700);
            assertAgrees(memory);
            episode = memory.catalogue().bestByReturn(1).get(0);
        }
        ByteBuffer map = ByteBuffer.wrap(Files.readAllBytes(map(directory))).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (map.getLong(at) != episode.number() || map.getLong(at + 16) != episode.startMillis()) {
            at++;
        }
        assertThat(map.getLong(at + 56)).isEqualTo(episode.lastSequence());
        map.putLong(at + 56, episode.lastSequence() + 1);
        Files.write(map(directory), map.array());
        Path mark = directory.resolve("catalogue/clean.mark");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(mark)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(92, crc(map)).putInt(12, 0);
        Files.write(mark, bytes.putInt(12, crc(bytes)).array());
        try (OffHeapReplayMemory memory = open(directory)) {
            awaitIndex(memory);
            assertReused(memory);
            assertThat(memory.catalogue().episode(episode.number())).contains(episode);
            assertAgrees(memory);
            assertMadeAnewOnce(memory, "it did not agree with the rows");
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().clear());
        return (int) crc.getValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"catalogue", "catalogue/clean.mark", "catalogue/episodes-0.map"})
    void removedFilesAreMadeAnew(String removed) throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory)) {
            history(memory, 11).play(700);
            assertAgrees(memory);
        }
        delete(directory.resolve(removed));
        try (OffHeapReplayMemory memory = open(directory)) {
            assertAgrees(memory);
        }
    }

    private static Path map(Path directory) {
        return directory.resolve("catalogue/episodes-0.map");
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> found = Files.list(directory.resolve("catalogue"))) {
            return found.sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void copy(Path from, Path to) {
        DirectoryImage.of(from).writeTo(to);
    }

    private static void delete(Path removed) throws IOException {
        Files.walkFileTree(removed, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException error) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
