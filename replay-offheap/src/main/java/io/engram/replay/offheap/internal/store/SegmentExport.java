package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/**
 * Puts segments into a snapshot: one more name for a file of which no byte changes any more, a copy of its rows for any
 * other. For one thread at a time.
 */
public final class SegmentExport {
    private final FileLayer files;
    private final SegmentGeometry geometry;
    private final Path target;
    private final long head;
    private final FilePieces pieces;
    private final HardLinks links;
    private long stored;

    /**
     * An export.
     *
     * @param files how files are reached
     * @param geometry of the segments
     * @param target the directory that they are put into
     * @param head rows before it are exported
     * @param pieces to copy by
     * @param links to share files by
     */
    public SegmentExport(
            FileLayer files, SegmentGeometry geometry, Path target, long head, FilePieces pieces, HardLinks links) {
        this.files = files;
        this.geometry = geometry;
        this.target = target;
        this.head = head;
        this.pieces = pieces;
        this.links = links;
    }

    /**
     * Exports a segment that nobody takes back meanwhile.
     *
     * @param segment in a file
     * @return what the manifest says of it, the checksum of a copy apart
     * @throws IOException if it cannot be linked nor copied
     */
    public Manifest.Entry export(Segment segment) throws IOException {
        FileRegion region = (FileRegion) segment.region();
        String name = String.valueOf(region.file().getFileName());
        Path added = target.resolve(name);
        stored = 0;
        boolean linked = segment.isStill() && links.add(region.file(), added);
        if (!linked && segment.isShared()) {
            copyWhole(region, added);
        } else if (!linked) {
            copyRows(segment, region, added);
        }
        return new Manifest.Entry(SegmentDescriptor.DIRECTORY + "/" + name, !linked, geometry.length(), stored, 0);
    }

    private void copyWhole(FileRegion region, Path added) throws IOException {
        try (OpenFile open = files.create(added)) {
            pieces.write(region.address(), geometry.length(), open, 0);
        }
        stored = geometry.length();
    }

    /** What is not written is a hole of zeros. */
    private void copyRows(Segment segment, FileRegion region, Path added) throws IOException {
        try (OpenFile open = files.create(added)) {
            write(open, region.header().encode(geometry), 0);
            write(open, ByteBuffer.allocate(SegmentGeometry.PAGE), geometry.footerOffset());
            long first = geometry.firstSequence(segment.ordinal());
            long end = Math.min(head, first + geometry.rows());
            long from = first;
            for (long sequence = first; sequence < end; sequence++) {
                if (!Stamp.isPublished(UnsafeApi.getLongVolatile(null, address(segment, sequence - first)), sequence)) {
                    copy(segment, from - first, sequence - first, open);
                    from = sequence + 1;
                    ByteBuffer dead = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    write(open, dead.putLong(0, Stamp.of(sequence, Stamp.DEAD)), offset(sequence - first));
                }
            }
            copy(segment, from - first, end - first, open);
            copyLinks(region, first, end, open);
        }
    }

    private void copy(Segment segment, long from, long to, OpenFile open) throws IOException {
        long length = (to - from) * geometry.stride();
        pieces.write(address(segment, from), length, open, offset(from));
        stored += length;
    }

    /** Those that lead to rows of the snapshot. */
    private void copyLinks(FileRegion region, long first, long end, OpenFile open) throws IOException {
        ByteBuffer distances = ByteBuffer.allocate(Math.toIntExact(end - first) * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (long sequence = first; sequence < end; sequence++) {
            int at = (int) (sequence - first) * Integer.BYTES;
            int distance = UnsafeApi.getInt(region.address() + geometry.linksOffset() + at);
            distances.putInt(at, distance > 0 && sequence + distance < head ? distance : 0);
        }
        write(open, distances, geometry.linksOffset());
    }

    private void write(OpenFile open, ByteBuffer bytes, long position) throws IOException {
        stored += bytes.remaining();
        open.write(bytes, position);
    }

    private long address(Segment segment, long row) {
        return segment.rowsAddress() + row * geometry.stride();
    }

    private long offset(long row) {
        return SegmentGeometry.ROWS_OFFSET + row * geometry.stride();
    }
}
