package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFooter;
import io.engram.replay.offheap.internal.store.SegmentHeader;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** A segment in a file, mapped a second time if the memory is open. For one thread, to be closed. */
final class StoredSegment implements AutoCloseable {
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final FileLayer.Mapping mapping;
    private final SegmentHeader header;
    private final SegmentGeometry geometry;

    private StoredSegment(FileLayer.Mapping mapping, SegmentHeader header, SegmentGeometry geometry) {
        this.mapping = mapping;
        this.header = header;
        this.geometry = geometry;
    }

    static StoredSegment openForReading(FileLayer files, Path file, Superblock superblock) throws IOException {
        try (OpenFile open = files.openForReading(file)) {
            SegmentHeader header = SegmentHeader.read(open, file, superblock);
            SegmentGeometry geometry = superblock.geometry();
            return new StoredSegment(open.mapForReading(geometry.length()), header, geometry);
        }
    }

    /** To be changed. {@code sparse}: blocks for tombstones are allocated first, so that no store meets a full disk. */
    static StoredSegment open(FileLayer files, Path file, Superblock superblock, boolean sparse) throws IOException {
        try (OpenFile open = files.open(file)) {
            SegmentHeader header = SegmentHeader.read(open, file, superblock);
            SegmentGeometry geometry = superblock.geometry();
            if (sparse) {
                ByteBuffer tombstones = ByteBuffer.allocate(geometry.footerOffset() - geometry.tombstonesOffset());
                open.read(tombstones, geometry.tombstonesOffset());
                open.write(tombstones.clear(), geometry.tombstonesOffset());
            }
            return new StoredSegment(open.map(geometry.length()), header, geometry);
        }
    }

    SegmentHeader header() {
        return header;
    }

    /** Where the segment begins in memory. */
    long address() {
        return mapping.address();
    }

    /** Where a row begins in memory. */
    long row(long index) {
        return mapping.address() + SegmentGeometry.ROWS_OFFSET + index * geometry.stride();
    }

    /** Where a row's forward link is in memory. */
    long link(long index) {
        return mapping.address() + geometry.linksOffset() + index * Integer.BYTES;
    }

    /** What the footer says; null if the segment is not sealed. */
    @Nullable
    SealFacts facts() {
        return SegmentFooter.decode(footer(), header);
    }

    /** Its footer, whatever it says. */
    ByteBuffer footer() {
        byte[] footer = new byte[SegmentDescriptor.FOOTER_LENGTH];
        UnsafeApi.copyMemory(null, mapping.address() + geometry.footerOffset(), footer, ARRAY_BASE, footer.length);
        return ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN);
    }

    void force() throws IOException {
        mapping.force(0, geometry.length());
    }

    @Override
    public void close() {
        mapping.unmap();
    }
}
