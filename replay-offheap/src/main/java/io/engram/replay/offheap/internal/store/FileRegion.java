package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.ring.Region;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/** A mapped segment file and what it is called now. Renamed by one thread at a time. */
final class FileRegion implements Region {
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final FileLayer.Mapping mapping;
    private final boolean own;
    private volatile Path file;
    private volatile SegmentHeader header;

    /** {@code own}: begun by this incarnation, so no other memory can know the file. */
    FileRegion(FileLayer.Mapping mapping, Path file, SegmentHeader header, boolean own) {
        this.mapping = mapping;
        this.file = file;
        this.header = header;
        this.own = own;
    }

    /** Maps a segment file once its header is known to be right; for reading only, or to be changed. */
    static FileRegion open(FileLayer files, Path file, Superblock superblock, long incarnation, boolean readOnly)
            throws IOException {
        try (FileLayer.OpenFile open = readOnly ? files.openForReading(file) : files.open(file)) {
            SegmentHeader header = SegmentHeader.read(open, file, superblock);
            long length = superblock.geometry().length();
            FileLayer.Mapping mapping = readOnly ? open.mapForReading(length) : open.map(length);
            return new FileRegion(mapping, file, header, header.incarnation() == incarnation);
        }
    }

    @Override
    public long address() {
        return mapping.address();
    }

    @Override
    public long length() {
        return mapping.length();
    }

    FileLayer.Mapping mapping() {
        return mapping;
    }

    boolean isOwn() {
        return own;
    }

    Path file() {
        return file;
    }

    SegmentHeader header() {
        return header;
    }

    void become(Path newFile, SegmentHeader newHeader) {
        this.file = newFile;
        this.header = newHeader;
    }

    /** Copies bytes into the mapping. */
    void put(int offset, byte[] bytes) {
        UnsafeApi.copyMemory(bytes, ARRAY_BASE, null, mapping.address() + offset, bytes.length);
    }

    /** Copies bytes out of the mapping. */
    void get(int offset, byte[] bytes) {
        UnsafeApi.copyMemory(null, mapping.address() + offset, bytes, ARRAY_BASE, bytes.length);
    }
}
