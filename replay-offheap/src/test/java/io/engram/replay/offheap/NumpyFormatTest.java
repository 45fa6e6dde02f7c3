package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Python of FORMAT.md reads what Java reads. */
class NumpyFormatTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final int LIVE_ROUNDS = 25;

    /** Prints each row: sequence, flags and the bytes of every other field in turn. */
    private static final String PRINT = """

            import sys
            for _ in range(int(sys.argv[2])):
                rows = read_rows(sys.argv[1])
                print('rows', len(rows))
                for row in rows:
                    stamp = int(row['@stamp'])
                    print(stamp >> 8, stamp >> 3 & 31, *[row[name].tobytes().hex() for name in rows.dtype.names
                                                         if name not in ('@stamp', '@crc32c')])
            """;

    @TempDir
    Path place;

    @BeforeEach
    void requireNumpy() throws IOException {
        Numpy.require(place);
    }

    /** Exactly what the document says. */
    private static String snippet() throws IOException {
        String document =
                Files.readString(Path.of(System.getProperty("engram.root")).resolve("replay-offheap/FORMAT.md"));
        String begin = "```python\n";
        int from = document.indexOf(begin, document.indexOf("## Reading it from NumPy")) + begin.length();
        return document.substring(from, document.indexOf("```\n", from));
    }

    private List<String> read(Path directory, int times) throws IOException {
        return Numpy.run(place, snippet() + PRINT, directory, times);
    }

    private static List<String> expected(Path directory) {
        List<String> lines = new ArrayList<>(List.of(""));
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            PayloadLayout layout = new PayloadLayout(view.superblock().schema());
            RowCursor cursor = view.rows();
            for (long sequence = view.tail(); sequence < view.head(); sequence++) {
                if (cursor.read(sequence) == RowCursor.Found.ROW) {
                    lines.add(
                            sequence + " " + cursor.flags() + line(cursor.row().array(), layout));
                }
            }
        }
        lines.set(0, "rows " + (lines.size() - 1));
        return lines;
    }

    private static String line(byte[] row, PayloadLayout layout) {
        StringBuilder line = new StringBuilder();
        int[] offsets = {
            RowDescriptor.EPISODE_OFFSET,
            RowDescriptor.POLICY_OFFSET,
            RowDescriptor.STREAM_OFFSET,
            RowDescriptor.STEP_OFFSET,
            RowDescriptor.BACK_OFFSET,
            RowDescriptor.CRC_OFFSET
        };
        for (int i = 0; i + 1 < offsets.length; i++) {
            line.append(' ').append(HEX.formatHex(row, offsets[i], offsets[i + 1]));
        }
        for (PayloadLayout.Slot slot : layout.slots()) {
            int at = RowDescriptor.HEADER_LENGTH + slot.offset();
            line.append(' ').append(HEX.formatHex(row, at, at + slot.field().length()));
        }
        return line.toString();
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void memoriesAndSnapshotsAreReadAsJavaReadsThem(RowLayout layout) throws IOException {
        Schema schema = Schema.builder()
                .add(Field.state("tiny", DType.I8))
                .add(Field.state("observation/front", DType.F64, 2, 3))
                .add(Field.state("flags", DType.BOOL, 3))
                .add(Field.step("action", DType.I32))
                .add(Field.step("short", DType.I16, 3))
                .add(Field.step("episode", DType.I64))
                .add(Field.step("reward", DType.F32))
                .add(Field.step("image", DType.U8, 5))
                .rowLayout(layout)
                .build();
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 100)
                        .directory(directory)
                        .segmentRows(16)
                        .open();
                StreamWriter writer = memory.writer("a")) {
            append(writer, schema, 250);
            memory.snapshot("cut");
            append(writer, schema, 30);
            assertThat(read(directory, 1)).isEqualTo(expected(directory)).hasSize(101);
            requireOnlyPublishedRows(directory);
        }
        Path snapshot = directory.resolve("snapshots/cut");
        assertThat(read(directory, 1)).isEqualTo(expected(directory)).hasSize(101);
        assertThat(read(snapshot, 1)).isEqualTo(expected(snapshot)).hasSize(101);
        Path fork = place.resolve("fork");
        Snapshots.of(directory).fork("cut", fork);
        assertThat(read(fork, 1)).isEqualTo(expected(snapshot));
        assertThat(expected(fork)).isEqualTo(expected(snapshot));
    }

    /** Puts every other state into a stamp in turn. */
    private void requireOnlyPublishedRows(Path directory) throws IOException {
        long sequence;
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            sequence = view.head() - 20;
        }
        for (int state : new int[] {Stamp.EMPTY, Stamp.WRITING, Stamp.ABANDONED, Stamp.DEAD, Stamp.ERASED}) {
            long stamp = swapStamp(directory, sequence, Stamp.of(sequence, state));
            assertThat(read(directory, 1))
                    .as("state %d", state)
                    .isEqualTo(expected(directory))
                    .hasSize(100);
            swapStamp(directory, sequence, stamp);
        }
        assertThat(read(directory, 1)).isEqualTo(expected(directory)).hasSize(101);
    }

    /** Returns the stamp that was there. */
    private static long swapStamp(Path directory, long sequence, long stamp) throws IOException {
        SegmentGeometry geometry;
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            geometry = view.superblock().geometry();
        }
        String prefix = String.format("%016x-", geometry.ordinal(sequence));
        Path file;
        try (Stream<Path> files = Files.list(directory.resolve("segments"))) {
            file = files.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
        }
        long offset = SegmentGeometry.ROWS_OFFSET + (sequence & (geometry.rows() - 1L)) * geometry.stride();
        ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.position(offset).read(word);
            channel.position(offset)
                    .write(ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(0, stamp));
        }
        return word.getLong(0);
    }

    private static void append(StreamWriter writer, Schema schema, int rows) {
        SplitMix64 random = new SplitMix64(rows);
        for (int i = 0; i < rows; i++) {
            boolean begin = !writer.inEpisode();
            for (Field field : schema.fields()) {
                byte[] bytes = new byte[field.length()];
                for (int b = 0; b < bytes.length; b++) {
                    bytes[b] = (byte) (field.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt(256));
                }
                writer.field(field.name()).set(new UnsafeBuffer(bytes), 0);
            }
            if (begin) {
                writer.begin();
            } else {
                writer.step(i % 11 == 0, i % 13 == 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void rowsOfAMemoryInUseAreWholeAndInTheWindow(RowLayout layout) throws IOException {
        Path directory = place.resolve("memory");
        List<String> lines;
        try (LiveWriter writer = LiveWriter.start(place, directory, layout, 63)) {
            assertThat(writer).isNotNull();
            lines = read(directory, LIVE_ROUNDS);
        }
        long first = 0;
        long rows = 0;
        for (String line : lines) {
            if (line.startsWith("rows")) {
                first = -1;
                continue;
            }
            StoredRow row = row(line);
            first = first < 0 ? row.sequence() : first;
            assertThat(row.sequence()).isBetween(first, first + LiveWriterMain.CAPACITY - 1);
            assertThat(Experience.count(row, layout, KillLoopMain.stream(row.stream())))
                    .isPositive();
            rows++;
        }
        System.out.printf("%s: %d rows read whole from NumPy beside a writer%n", layout, rows);
        assertThat(rows).isPositive();
    }

    private static StoredRow row(String line) {
        String[] words = line.split(" ", 3);
        byte[] rest = HEX.parseHex(words[2].replace(" ", ""));
        byte[] image = new byte[rest.length + Long.BYTES + Integer.BYTES];
        ByteBuffer.wrap(image)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, Long.parseLong(words[0]) << 8 | Long.parseLong(words[1]) << 3)
                .put(RowDescriptor.EPISODE_OFFSET, rest, 0, RowDescriptor.CRC_OFFSET - Long.BYTES)
                .put(
                        RowDescriptor.HEADER_LENGTH,
                        rest,
                        RowDescriptor.CRC_OFFSET - Long.BYTES,
                        image.length - RowDescriptor.HEADER_LENGTH);
        return StoredRow.decode(image);
    }
}
