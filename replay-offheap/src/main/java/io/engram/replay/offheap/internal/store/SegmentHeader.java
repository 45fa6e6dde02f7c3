package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.SegmentDescriptor.*;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Which segment a file holds. Immutable.
 *
 * @param memoryId the memory
 * @param incarnation the opening of the memory that began the segment
 * @param ordinal the segment's place
 */
public record SegmentHeader(UUID memoryId, long incarnation, long ordinal) {
    ByteBuffer encode(SegmentGeometry geometry) {
        ByteBuffer page = ByteBuffer.allocate(SegmentGeometry.PAGE).order(ByteOrder.LITTLE_ENDIAN);
        page.putLong(MAGIC_OFFSET, MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(MEMORY_ID_OFFSET, memoryId.getMostSignificantBits())
                .putLong(MEMORY_ID_OFFSET + Long.BYTES, memoryId.getLeastSignificantBits())
                .putLong(INCARNATION_OFFSET, incarnation)
                .putLong(ORDINAL_OFFSET, ordinal)
                .putInt(ROWS_OFFSET, geometry.rows())
                .putInt(STRIDE_OFFSET, geometry.stride());
        page.putInt(CRC_OFFSET, Checksum.of(page, HEADER_LENGTH, CRC_OFFSET));
        return page;
    }

    /**
     * Reads the header of an open file and checks the file's length.
     *
     * @param open the segment
     * @param file for messages
     * @param superblock of the memory
     * @return the header
     * @throws IOException if it cannot be read
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong
     */
    public static SegmentHeader read(FileLayer.OpenFile open, Path file, Superblock superblock) throws IOException {
        long expected = superblock.geometry().length();
        long length = open.length();
        ByteBuffer page = ByteBuffer.allocate((int) Math.min(length, SegmentGeometry.PAGE))
                .order(ByteOrder.LITTLE_ENDIAN);
        open.read(page, 0);
        SegmentHeader header = decode(file, page, superblock);
        if (length < expected) {
            throw new TruncatedStoreException("a segment is too short: file=" + file + ", length=" + length
                    + ", expected " + expected + "; restore it from a copy");
        }
        if (length > expected) {
            throw new CorruptStoreException(
                    "a segment is too long: file=" + file + ", length=" + length + ", expected " + expected);
        }
        return header;
    }

    /**
     * Reads the header of a segment.
     *
     * @param file for messages
     * @param page its first page, or what there is of it
     * @param superblock of the memory
     * @return the header
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong
     */
    public static SegmentHeader decode(Path file, ByteBuffer page, Superblock superblock) {
        Superblock.checkStart(file, page, MAGIC, VERSION, SegmentGeometry.PAGE);
        int crc = Checksum.of(page, HEADER_LENGTH, CRC_OFFSET);
        if (crc != page.getInt(CRC_OFFSET)) {
            throw new CorruptStoreException("the header of a segment is damaged: file=" + file + ", offset="
                    + CRC_OFFSET + ", crc32c found=" + Integer.toHexString(page.getInt(CRC_OFFSET)) + ", expected="
                    + Integer.toHexString(crc) + "; restore the file from a copy");
        }
        UUID memoryId = new UUID(page.getLong(MEMORY_ID_OFFSET), page.getLong(MEMORY_ID_OFFSET + Long.BYTES));
        if (!memoryId.equals(superblock.memoryId())) {
            throw new ForeignFileException("a segment belongs to another memory: file=" + file + ", memory id found="
                    + memoryId + ", expected=" + superblock.memoryId() + "; move it out of the directory");
        }
        SegmentGeometry geometry = superblock.geometry();
        if (page.getInt(ROWS_OFFSET) != geometry.rows()
                || page.getInt(STRIDE_OFFSET) != geometry.stride()
                || page.getLong(ORDINAL_OFFSET) < 0) {
            throw new CorruptStoreException("the header of a segment contradicts the memory's: file=" + file
                    + ", rows=" + page.getInt(ROWS_OFFSET) + ", stride=" + page.getInt(STRIDE_OFFSET) + ", ordinal="
                    + page.getLong(ORDINAL_OFFSET) + ", expected rows=" + geometry.rows() + ", stride="
                    + geometry.stride());
        }
        return new SegmentHeader(memoryId, page.getLong(INCARNATION_OFFSET), page.getLong(ORDINAL_OFFSET));
    }
}
