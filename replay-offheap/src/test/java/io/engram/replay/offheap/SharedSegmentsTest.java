package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.HandWriter.Step;
import io.engram.replay.offheap.internal.ring.Links;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of a memory that have other names, too: those of snapshots, or of a copy that somebody made of hard links. No
 * byte of them changes; what may still change is copied.
 */
class SharedSegmentsTest {
    private static final int CAPACITY = 64;
    private static final int SEGMENT_ROWS = 8;
    private static final long PARKED_STREAM = 99;
    private static final String NAME = "shot";

    @TempDir
    Path place;

    private Path directory;
    private OffHeapReplayMemory memory;
    private StreamWriter first;
    private StreamWriter second;
    private long told;

    @BeforeEach
    void open() {
        directory = place.resolve("memory");
        memory = OffHeapReplayMemory.builder(Story.schema(RowLayout.SELF_CONTAINED), CAPACITY)
                .directory(directory)
                .segmentRows(SEGMENT_ROWS)
                .withoutAutomaticUpkeep()
                .open();
        first = memory.writer("first");
        second = memory.writer("second");
        told = 0;
    }

    @AfterEach
    void close() {
        memory.close();
    }

    /** Both append so many states, with upkeep so often that files can be used again. */
    private void tell(int states) {
        for (int i = 0; i < states; i++, told++) {
            Story.tell(first, 1, told);
            Story.tell(second, 2, told);
            turn();
        }
    }

    private void turn() {
        memory.upkeep().turn();
        memory.upkeep().turn();
    }

    private Segment segment(long sequence) {
        return memory.ring().table().get(memory.ring().geometry().ordinal(sequence));
    }

    private Path snapshot() {
        return directory.resolve("snapshots").resolve(NAME);
    }

    private static int names(Path file) throws IOException {
        return new NioFileLayer().linkCount(file);
    }

    @Test
    void copyMadeOfHardLinksKeepsItsBytesWhileTheMemoryLaps() throws IOException {
        tell(CAPACITY);
        Path copy = Files.createDirectory(place.resolve("copy"));
        List<Path> segments;
        try (Stream<Path> files = Files.list(directory.resolve(SegmentDescriptor.DIRECTORY))) {
            segments = files.toList();
        }
        assertThat(segments).hasSizeGreaterThanOrEqualTo(CAPACITY / SEGMENT_ROWS);
        for (Path file : segments) {
            Files.createLink(copy.resolve(file.getFileName()), file);
        }
        // The newest one was being written; it is sealed soon, and the last links are stored into it.
        tell(2 * SEGMENT_ROWS);
        Map<String, String> bytes = SnapshotBytes.of(copy);
        for (int lap = 0; lap < 6; lap++) {
            tell(CAPACITY / 2);
            assertThat(SnapshotBytes.of(copy)).as("lap %d", lap).isEqualTo(bytes);
        }
        for (Path file : segments) {
            assertThat(names(copy.resolve(file.getFileName())))
                    .as("the memory has given up %s", file.getFileName())
                    .isEqualTo(1);
        }
    }

    @Test
    void noLinkIsStoredIntoASegmentThatASnapshotHas() throws IOException {
        tell(Story.EPISODE * 2 + 3);
        Story.tell(first, 1, told);
        long last = memory.ring().head() - 1;
        for (int i = 0; i < 3 * SEGMENT_ROWS; i++) {
            Story.tell(second, 2, told + i);
            turn();
        }
        assertThat(segment(last).life()).isEqualTo(Segment.Life.SEALED);
        memory.snapshot(NAME);
        assertThat(names(file(segment(last).ordinal()))).isEqualTo(2);
        Map<String, String> bytes = SnapshotBytes.of(snapshot());
        Story.tell(first, 1, told + 1);
        long next = memory.ring().head() - 1;
        assertThat(Links.leadsTo(memory.ring(), last, next)).isTrue();
        assertThat(Links.find(memory.ring(), last)).isEqualTo(next);
        assertThat(Links.get(memory.ring(), last)).isEqualTo(Links.NONE);
        assertThat(SnapshotBytes.of(snapshot())).isEqualTo(bytes);
    }

    /**
     * A writer stopped in the middle of a row, which was given up and its segment sealed. If the thread has ended,
     * nobody waits for it; if it has not, it may be about to store a link anywhere, and nothing is linked.
     */
    @ParameterizedTest(name = "alive={0}")
    @ValueSource(booleans = {false, true})
    void segmentThatAStoppedWriterMayStoreIntoIsCopied(boolean isAlive) throws IOException, InterruptedException {
        tell(2 * SEGMENT_ROWS);
        HandWriter parked = new HandWriter(memory, PARKED_STREAM, 3);
        if (isAlive) {
            parked.go(Step.ENTERED, Step.HALF_STORED);
        } else {
            Thread thread = new Thread(() -> parked.go(Step.ENTERED, Step.HALF_STORED));
            thread.start();
            thread.join();
        }
        tell(SEGMENT_ROWS);
        Segment own = segment(parked.sequence());
        assertThat(own.life()).isEqualTo(Segment.Life.SEALED);
        assertThat(own.mayHaveAbandonedRows()).isTrue();

        memory.snapshot(NAME);
        int linked = 0;
        for (Manifest.Entry entry : entries()) {
            long ordinal = ordinal(Path.of(entry.path()));
            boolean sealed = memory.ring().table().get(ordinal).life() == Segment.Life.SEALED;
            assertThat(entry.isPrivate()).as(entry.path()).isEqualTo(isAlive || !sealed || ordinal == own.ordinal());
            assertThat(names(file(ordinal))).as(entry.path()).isEqualTo(entry.isPrivate() ? 1 : 2);
            linked += entry.isPrivate() ? 0 : 1;
        }
        assertThat(linked > 0).isEqualTo(!isAlive);

        Map<String, String> bytes = SnapshotBytes.of(snapshot());
        parked.storeLate();
        assertThat(SnapshotBytes.of(snapshot())).isEqualTo(bytes);
        requireWhole(parked.sequence());
        if (isAlive) {
            parked.leave();
        }
        tell(2 * CAPACITY);
        assertThat(SnapshotBytes.of(snapshot())).isEqualTo(bytes);
    }

    private List<Manifest.Entry> entries() {
        return new SnapshotShelf(new NioFileLayer(), directory)
                .manifest(NAME).files().stream()
                        .filter(entry -> entry.path().startsWith(SegmentDescriptor.DIRECTORY + "/"))
                        .toList();
    }

    /** Names begin with it. */
    private static long ordinal(Path file) {
        return Long.parseUnsignedLong(file.getFileName().toString().substring(0, 16), 16);
    }

    private Path file(long ordinal) throws IOException {
        try (Stream<Path> files = Files.list(snapshot().resolve(SegmentDescriptor.DIRECTORY))) {
            return files.filter(file -> ordinal(file) == ordinal).findFirst().orElseThrow();
        }
    }

    private void requireWhole(long without) {
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, NAME);
                Sampler sampler = snapshot.sampler(
                        SamplerSpec.uniform("learner", 32).seed(1).build())) {
            assertThat(HeldRows.of(snapshot)).isNotEmpty().doesNotContainKey(without);
            for (int i = 0; i < 10; i++) {
                Story.check(sampler.sample(sampler.newBatch()));
            }
        }
    }
}
