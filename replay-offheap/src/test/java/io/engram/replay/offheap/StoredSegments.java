package io.engram.replay.offheap;

import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The segment files of a memory that nobody has open, read by FORMAT.md and nothing else; in particular not by the code
 * that recovers them.
 *
 * @param rows every row of every file that is published, in its place and whole, by sequence
 * @param highest the highest sequence of any stamp of its segment, -1 if there is none
 * @param torn rows that are published and in their place, but not whole
 * @param sealed ordinals of the sealed segments
 * @param ordinals of all segments
 */
record StoredSegments(
        TreeMap<Long, StoredRow> rows, long highest, List<StoredRow> torn, List<Long> sealed, List<Long> ordinals) {
    private static final int PAGE = 4096;
    private static final int DIGEST_END = 64;

    static StoredSegments read(Path directory) {
        try {
            return new Reader(directory).read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reader {
        private final Path directory;
        private final int segmentRows;
        private final int stride;
        private final int rowLength;
        private final TreeMap<Long, StoredRow> rows = new TreeMap<>();
        private final List<StoredRow> torn = new ArrayList<>();
        private final List<Long> sealed = new ArrayList<>();
        private final List<Long> ordinals = new ArrayList<>();
        private long highest = -1;

        Reader(Path directory) throws IOException {
            this.directory = directory;
            ByteBuffer superblock = file(directory.resolve(SuperblockDescriptor.FILE_NAME));
            this.segmentRows = superblock.getInt(SuperblockDescriptor.SEGMENT_ROWS_OFFSET);
            this.stride = superblock.getInt(SuperblockDescriptor.STRIDE_OFFSET);
            byte[] text = new byte[superblock.getInt(SuperblockDescriptor.SCHEMA_LENGTH_OFFSET)];
            superblock.get(SuperblockDescriptor.SCHEMA_OFFSET, text);
            Schema schema = Schema.fromText(new String(text, StandardCharsets.UTF_8));
            this.rowLength = RowDescriptor.HEADER_LENGTH + new PayloadLayout(schema).length();
        }

        StoredSegments read() throws IOException {
            try (Stream<Path> files = Files.list(directory.resolve(SegmentDescriptor.DIRECTORY))) {
                for (Path file : files.sorted().toList()) {
                    if (file.toString().endsWith(".seg")) {
                        read(file(file));
                    }
                }
            }
            return new StoredSegments(rows, highest, torn, sealed, ordinals);
        }

        private void read(ByteBuffer segment) {
            long ordinal = segment.getLong(SegmentDescriptor.ORDINAL_OFFSET);
            ordinals.add(ordinal);
            int footer = segment.capacity() - PAGE;
            if (segment.getLong(footer) == SegmentDescriptor.FOOTER_MAGIC
                    && segment.getLong(footer + SegmentDescriptor.FOOTER_ORDINAL_OFFSET) == ordinal
                    && segment.getInt(footer + DIGEST_END - Integer.BYTES) != 0) {
                sealed.add(ordinal);
            }
            byte[] image = new byte[rowLength];
            for (int i = 0; i < segmentRows; i++) {
                segment.get(PAGE + i * stride, image);
                long stamp = segment.getLong(PAGE + i * stride);
                long sequence = ordinal * segmentRows + i;
                if (StoredRow.sequence(stamp) != sequence || stamp == 0) {
                    continue;
                }
                highest = Math.max(highest, sequence);
                if (StoredRow.isPublished(stamp)) {
                    if (StoredRow.isWhole(image)) {
                        rows.put(sequence, StoredRow.decode(image));
                    } else {
                        torn.add(StoredRow.decode(image));
                    }
                }
            }
        }

        private static ByteBuffer file(Path file) throws IOException {
            return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
