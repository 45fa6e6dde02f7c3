package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half-written rows of segments that are not sealed are recognised and dropped; whatever else is there is kept. */
class TornRowTest {
    private static final int SEGMENT_ROWS = 8;
    private static final int ROWS = 20;
    /** A row in the middle of the window, in the first segment that is not sealed. */
    private static final long TORN = 12;

    private static final int PAGE = 4096;

    private static DirectoryImage whole;
    private static TreeMap<Long, StoredRow> rows;
    private static String segmentName;
    private static int stride;

    @TempDir
    Path place;

    private int copies;

    @BeforeAll
    static void makeMemory(@TempDir Path scratch) {
        Path directory = scratch.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory);
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            actor.begin();
            for (int i = 1; i < ROWS; i++) {
                actor.step(false, false);
            }
            rows = HeldRows.of(memory);
            stride = memory.ring().geometry().stride();
        }
        assertThat(rows).hasSize(ROWS);
        assertThat(StoredSegments.read(directory).sealed()).containsExactly(0L);
        whole = DirectoryImage.of(directory);
        segmentName = name(TORN);
    }

    @Test
    void rowWithAnyDamagedByteIsDroppedAndNoOther() throws IOException {
        int rowLength = rows.get(TORN).payload().length + 40;
        Map<Long, StoredRow> others = new TreeMap<>(rows);
        others.remove(TORN);
        for (int at = 0; at < rowLength; at++) {
            Path copy = copy(TORN, at, 1 << at % Byte.SIZE);
            try (OffHeapReplayMemory memory = open(copy)) {
                assertThat(HeldRows.of(memory))
                        .as("damaged byte %d of the row", at)
                        .isEqualTo(others);
                assertThat(memory.ring().head()).isEqualTo(ROWS);
                if (at % 8 == 3) {
                    requireNotSampled(memory);
                }
            }
            assertThat(stamp(copy, TORN)).as("closed for good").isEqualTo(Stamp.of(TORN, Stamp.DEAD));
        }
    }

    @Test
    void damagedPaddingHarmsNoRow() throws IOException {
        int rowLength = rows.get(TORN).payload().length + 40;
        assertThat(rowLength).isLessThan(stride);
        for (int at = rowLength; at < stride; at++) {
            try (OffHeapReplayMemory memory = open(copy(TORN, at, 0xff))) {
                assertThat(HeldRows.of(memory)).isEqualTo(rows);
            }
        }
    }

    @Test
    void sequenceOfATornLastRowIsGivenToTheNext() throws IOException {
        Path copy = copy(ROWS - 1, 50, 0xff);
        try (OffHeapReplayMemory memory = open(copy);
                ExperienceActor actor = new ExperienceActor(memory, "b")) {
            assertThat(memory.ring().head()).isEqualTo(ROWS - 1);
            assertThat(HeldRows.of(memory)).isEqualTo(rows.headMap(ROWS - 1L));
            assertThat(actor.begin()).isEqualTo(ROWS - 1);
            assertThat(memory.stats().lostRaces()).isZero();
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            assertThat(Experience.count(held.get(ROWS - 1L), RowLayout.ARRIVAL, "b"))
                    .isEqualTo(1);
        }
        try (OffHeapReplayMemory memory = open(copy)) {
            assertThat(HeldRows.of(memory)).hasSize(ROWS);
        }
    }

    @Test
    void marksOfWritersThatDiedAreWipedFromTheHeadOn() throws IOException {
        Path copy = place.resolve("marks");
        whole.writeTo(copy);
        int[] states = {Stamp.WRITING, Stamp.ABANDONED, Stamp.DEAD, Stamp.PUBLISHED};
        for (int i = 0; i < states.length; i++) {
            putStamp(copy, ROWS + i, Stamp.of(ROWS + i, states[i]));
        }
        try (OffHeapReplayMemory memory = open(copy);
                ExperienceActor actor = new ExperienceActor(memory, "b")) {
            assertThat(memory.ring().head()).isEqualTo(ROWS);
            for (int i = 0; i < states.length + 5; i++) {
                assertThat(actor.begin()).isEqualTo(ROWS + i);
            }
            assertThat(memory.stats().lostRaces()).isZero();
        }
    }

    @Test
    void marksOfWritersThatDiedAreClosedBeforeTheHead() throws IOException {
        for (int state : new int[] {Stamp.EMPTY, Stamp.WRITING, Stamp.ABANDONED, Stamp.DEAD, Stamp.ERASED}) {
            Path copy = place.resolve("before-" + state);
            whole.writeTo(copy);
            putStamp(copy, TORN, Stamp.of(TORN, state));
            putStamp(copy, TORN + 1, Stamp.FRESH);
            Map<Long, StoredRow> others = new TreeMap<>(rows);
            others.remove(TORN);
            others.remove(TORN + 1);
            try (OffHeapReplayMemory memory = open(copy)) {
                assertThat(HeldRows.of(memory)).as("state=%d", state).isEqualTo(others);
            }
            // What was erased stays known as that.
            int closed = state == Stamp.ERASED ? Stamp.ERASED : Stamp.DEAD;
            assertThat(stamp(copy, TORN)).isEqualTo(Stamp.of(TORN, closed));
            assertThat(stamp(copy, TORN + 1)).isEqualTo(Stamp.of(TORN + 1, Stamp.DEAD));
        }
    }

    @Test
    void emptyTwinOfASegmentIsRemovedWhicheverComesFirst() throws IOException {
        for (String name : new String[] {"0.seg", "z.seg"}) {
            Path copy = place.resolve("twin-" + name);
            whole.writeTo(copy);
            byte[] bytes = whole.files().get(segmentName).clone();
            Arrays.fill(bytes, PAGE, bytes.length, (byte) 0);
            Files.write(copy.resolve(SegmentDescriptor.DIRECTORY).resolve(name), bytes);
            try (OffHeapReplayMemory memory = open(copy)) {
                assertThat(HeldRows.of(memory)).isEqualTo(rows);
            }
            assertThat(copy.resolve(SegmentDescriptor.DIRECTORY).resolve(name)).doesNotExist();
        }
    }

    /** No transition starts or ends in the torn row. */
    private static void requireNotSampled(OffHeapReplayMemory memory) {
        try (Sampler sampler = memory.sampler(
                SamplerSpec.uniform("learner", 64).columns("observation").build())) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < 10; i++) {
                sampler.sample(batch);
                for (int row = 0; row < batch.size(); row++) {
                    assertThat(batch.sequence(row)).isNotIn(TORN - 1, TORN);
                }
            }
        }
    }

    private static OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 100)
                .directory(directory)
                .segmentRows(SEGMENT_ROWS)
                .files(WatchedFiles.unsynced())
                .withoutAutomaticUpkeep()
                .open();
    }

    private static String name(long sequence) {
        String start = SegmentDescriptor.DIRECTORY + String.format("/%016x-", sequence / SEGMENT_ROWS);
        return whole.files().keySet().stream()
                .filter(name -> name.startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    /** A copy of the memory with one byte of a row changed. */
    private Path copy(long sequence, int at, int change) throws IOException {
        Path copy = place.resolve("copy-" + copies++);
        whole.writeTo(copy);
        Path segment = copy.resolve(name(sequence));
        byte[] bytes = Files.readAllBytes(segment);
        bytes[offset(sequence) + at] ^= (byte) change;
        Files.write(segment, bytes);
        return copy;
    }

    private static long stamp(Path directory, long sequence) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(directory.resolve(name(sequence))))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(offset(sequence));
    }

    private static void putStamp(Path directory, long sequence, long stamp) throws IOException {
        Path segment = directory.resolve(name(sequence));
        byte[] bytes = Files.readAllBytes(segment);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offset(sequence), stamp);
        Files.write(segment, bytes);
    }

    private static int offset(long sequence) {
        return PAGE + (int) (sequence % SEGMENT_ROWS) * stride;
    }
}
