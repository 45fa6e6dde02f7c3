package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.journal.PageDescriptor.*;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Which page of a journal a file holds. Immutable.
 *
 * @param memoryId the memory
 * @param incarnation the opening of the memory that made the page
 * @param number the page's place
 * @param length of the page
 */
public record PageHeader(UUID memoryId, long incarnation, long number, int length) {
    private static final int SEAL_LENGTH = SEAL_END - SEAL_OFFSET;

    ByteBuffer encode() {
        ByteBuffer block = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC_OFFSET, MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(MEMORY_ID_OFFSET, memoryId.getMostSignificantBits())
                .putLong(MEMORY_ID_OFFSET + Long.BYTES, memoryId.getLeastSignificantBits())
                .putLong(INCARNATION_OFFSET, incarnation)
                .putLong(NUMBER_OFFSET, number)
                .putInt(LENGTH_OFFSET, length);
        block.putInt(CRC_OFFSET, Checksum.of(block, CHECKED_LENGTH, CRC_OFFSET));
        return block;
    }

    /**
     * Reads the header of a page.
     *
     * @param file for messages
     * @param block the header's bytes, or what there is of them
     * @param superblock of the memory
     * @return the header
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong
     */
    public static PageHeader decode(Path file, ByteBuffer block, Superblock superblock) {
        Superblock.checkStart(file, block, MAGIC, VERSION, HEADER_LENGTH);
        int crc = Checksum.of(block, CHECKED_LENGTH, CRC_OFFSET);
        if (crc != block.getInt(CRC_OFFSET)) {
            throw new CorruptStoreException("the header of a page of the journal is damaged: file=" + file
                    + ", offset=" + CRC_OFFSET + ", crc32c found=" + Integer.toHexString(block.getInt(CRC_OFFSET))
                    + ", expected=" + Integer.toHexString(crc) + "; restore the file from a copy");
        }
        UUID memoryId = new UUID(block.getLong(MEMORY_ID_OFFSET), block.getLong(MEMORY_ID_OFFSET + Long.BYTES));
        if (!memoryId.equals(superblock.memoryId())) {
            throw new ForeignFileException("a page of the journal belongs to another memory: file=" + file
                    + ", memory id found=" + memoryId + ", expected=" + superblock.memoryId()
                    + "; move it out of the directory");
        }
        int length = block.getInt(LENGTH_OFFSET);
        long number = block.getLong(NUMBER_OFFSET);
        if (length < MIN_LENGTH || length > MAX_LENGTH || length % Long.BYTES != 0 || number < 0) {
            throw new CorruptStoreException("the header of a page of the journal makes no sense: file=" + file
                    + ", length=" + length + ", number=" + number);
        }
        return new PageHeader(memoryId, block.getLong(INCARNATION_OFFSET), number, length);
    }

    /**
     * Writes a seal.
     *
     * @param number of the page
     * @param records how many it has
     * @param digest of their checksums
     * @return the bytes from {@code SEAL_OFFSET} on
     */
    public static ByteBuffer encodeSeal(long number, int records, int digest) {
        ByteBuffer seal = ByteBuffer.allocate(SEAL_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        seal.putLong(SEAL_MAGIC_OFFSET - SEAL_OFFSET, SEAL_MAGIC)
                .putLong(SEALED_OFFSET - SEAL_OFFSET, number)
                .putInt(RECORDS_OFFSET - SEAL_OFFSET, records)
                .putInt(DIGEST_OFFSET - SEAL_OFFSET, digest);
        seal.putInt(SEAL_CRC_OFFSET - SEAL_OFFSET, Checksum.of(seal, SEAL_LENGTH, SEAL_CRC_OFFSET - SEAL_OFFSET));
        return seal;
    }

    /**
     * Whether the page says that it is sealed. One whose seal was being written when the process died is not.
     *
     * @param block the header's bytes
     * @param number of the page
     * @return true if the seal is whole
     */
    public static boolean isSealed(ByteBuffer block, long number) {
        ByteBuffer seal = block.slice(SEAL_OFFSET, SEAL_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        return block.getLong(SEAL_MAGIC_OFFSET) == SEAL_MAGIC
                && block.getLong(SEALED_OFFSET) == number
                && block.getInt(SEAL_CRC_OFFSET) == Checksum.of(seal, SEAL_LENGTH, SEAL_CRC_OFFSET - SEAL_OFFSET);
    }

    /**
     * The checksum of a record, of which the seal's digest is made.
     *
     * @param entry the record
     * @return as stored
     */
    public static int checksumOf(ByteBuffer entry) {
        return entry.getInt(RecordDescriptor.CRC_OFFSET);
    }
}
