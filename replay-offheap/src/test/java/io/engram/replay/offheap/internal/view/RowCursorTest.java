package io.engram.replay.offheap.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.DType;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.DamagesStores;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the owner does to a row while it is copied: each case by hand, between the copy and the second look. */
@DamagesStores
class RowCursorTest {
    private static final Schema SCHEMA =
            Schema.builder().observation(DType.F32, 2).action(DType.I32).build();

    private static final int ROWS = 6;

    @TempDir
    Path directory;

    private OffHeapReplayMemory memory;
    private StreamWriter writer;

    @BeforeEach
    void open() {
        memory = OffHeapReplayMemory.builder(SCHEMA, 16)
                .directory(directory)
                .segmentRows(8)
                .open();
        writer = memory.writer("a");
        append(ROWS);
    }

    @AfterEach
    void close() {
        writer.close();
        memory.close();
    }

    private void append(int rows) {
        for (int i = 0; i < rows; i++) {
            writer.field("observation").set(new float[] {i, -i});
            if (!writer.inEpisode()) {
                writer.begin();
            } else {
                writer.field("action").set(i);
                writer.step(false, false);
            }
        }
    }

    /** The file of the first segment. */
    private Path segment() {
        try (Stream<Path> files = Files.list(directory.resolve("segments"))) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .filter(file -> file.getFileName().toString().startsWith("0000000000000000"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(Path file, long offset, long value) {
        try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(offset)
                    .write(ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(0, value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long row(StoreView view, long sequence) {
        return SegmentGeometry.ROWS_OFFSET
                + sequence * view.superblock().geometry().stride();
    }

    @Test
    void onlyPublishedRowsAreRead() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            assertThat(view.kind()).isEqualTo(StoreView.Kind.IN_USE);
            assertThat(view.head()).isEqualTo(ROWS);
            RowCursor cursor = view.rows();
            for (int state : List.of(Stamp.WRITING, Stamp.ABANDONED, Stamp.DEAD, Stamp.ERASED, Stamp.EMPTY)) {
                assertThat(cursor.read(2)).isEqualTo(RowCursor.Found.ROW);
                put(segment(), row(view, 2), Stamp.of(2, state));
                assertThat(cursor.read(2)).as("state %d", state).isEqualTo(RowCursor.Found.NONE);
                put(segment(), row(view, 2), Stamp.published(2, 0));
            }
            assertThat(cursor.read(ROWS)).isEqualTo(RowCursor.Found.NONE);
        }
    }

    @Test
    void rowErasedUnderTheCopyIsNoRow() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            RowCursor cursor = view.rows();
            cursor.betweenLooks(() -> put(segment(), row(view, 2), Stamp.of(2, Stamp.ERASED)));
            assertThat(cursor.read(2)).isEqualTo(RowCursor.Found.NONE);
        }
    }

    @Test
    void rowWhosePlaceIsTakenUnderTheCopyIsGone() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            RowCursor cursor = view.rows();
            cursor.betweenLooks(() -> put(segment(), row(view, 2), Stamp.of(26, Stamp.WRITING)));
            assertThat(cursor.read(2)).isEqualTo(RowCursor.Found.GONE);
            assertThat(cursor.read(2)).isEqualTo(RowCursor.Found.GONE);
        }
    }

    @Test
    void segmentUsedAgainUnderTheCopyHasNoRows() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            Path file = segment();
            RowCursor cursor = view.rows();
            cursor.betweenLooks(() -> put(file, SegmentDescriptor.INCARNATION_OFFSET, 42));
            assertThat(cursor.read(2)).isEqualTo(RowCursor.Found.GONE);
        }
    }

    @Test
    void rowThatDoesNotMatchItsChecksumIsDamaged() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            put(segment(), row(view, 2) + RowDescriptor.HEADER_LENGTH, 42);
            assertThat(view.rows().read(2)).isEqualTo(RowCursor.Found.DAMAGED);
            assertThat(view.rows().read(1)).isEqualTo(RowCursor.Found.ROW);
        }
    }

    @Test
    void rowsThatLeaveTheWindowAreGone() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            append(200);
            RowCursor cursor = view.rows();
            List<RowCursor.Found> found = new ArrayList<>();
            for (long sequence = view.tail(); sequence < view.head(); sequence++) {
                found.add(cursor.read(sequence));
            }
            // The file may be there still, unused; then its rows are.
            assertThat(found).doesNotContain(RowCursor.Found.NONE, RowCursor.Found.DAMAGED);
            assertThat(cursor.read(1_000)).isEqualTo(RowCursor.Found.GONE);
        }
    }

    @Test
    void lookingChangesNothing() throws IOException {
        writer.close();
        memory.close();
        List<String> before = image();
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            assertThat(view.kind()).isEqualTo(StoreView.Kind.MEMORY);
            assertThat(view.rows().read(2)).isEqualTo(RowCursor.Found.ROW);
            assertThat(view.episodes()).hasSize(1);
        }
        assertThat(image()).isEqualTo(before);
    }

    private List<String> image() throws IOException {
        List<String> image = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted().toList()) {
                image.add(file + " " + Files.getLastModifiedTime(file)
                        + (Files.isRegularFile(file) ? Arrays.hashCode(Files.readAllBytes(file)) : ""));
            }
        }
        return image;
    }
}
