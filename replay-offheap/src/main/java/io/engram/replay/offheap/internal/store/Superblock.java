package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.CAPACITY_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.CRC_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.MAGIC;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.MAGIC_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.MAX_LENGTH;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.MEMORY_ID_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.SCHEMA_LENGTH_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.SCHEMA_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.SEGMENT_ROWS_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.STRIDE_OFFSET;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.VERSION;
import static io.engram.replay.offheap.internal.store.SuperblockDescriptor.VERSION_OFFSET;

import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.StoreMismatchException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.UnsupportedVersionException;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/**
 * What a memory is: written once, compared at every open. Immutable.
 *
 * @param memoryId tells memories apart
 * @param capacity rows that the memory keeps
 * @param segmentRows rows of a segment
 * @param schema the fields
 */
public record Superblock(UUID memoryId, long capacity, int segmentRows, Schema schema) {
    /**
     * The segments' geometry.
     *
     * @return from the schema and the rows of a segment
     */
    public SegmentGeometry geometry() {
        return SegmentGeometry.ofRows(new PayloadLayout(schema).length(), segmentRows);
    }

    /**
     * Throws if a memory is opened as something else than it is.
     *
     * @param directory for the message
     * @param askedSchema what the caller expects
     * @param askedCapacity what the caller expects
     * @throws StoreMismatchException with both
     */
    void requireSame(Path directory, Schema askedSchema, long askedCapacity) {
        if (!schema.equals(askedSchema)) {
            throw new StoreMismatchException("the memory has another schema: directory=" + directory + ", stored=["
                    + schema + "], asked for=[" + askedSchema + "]; open it with the stored schema, or use another"
                    + " directory");
        }
        if (capacity != askedCapacity) {
            throw new StoreMismatchException("the memory has another capacity: directory=" + directory + ", stored="
                    + capacity + ", asked for=" + askedCapacity + "; open it with the stored capacity, or use another"
                    + " directory");
        }
    }

    /**
     * Writes it.
     *
     * @return the bytes of its file
     */
    public ByteBuffer encode() {
        byte[] text = schema.toText().getBytes(StandardCharsets.UTF_8);
        ByteBuffer block = ByteBuffer.allocate(SCHEMA_OFFSET + text.length).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC_OFFSET, MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(MEMORY_ID_OFFSET, memoryId.getMostSignificantBits())
                .putLong(MEMORY_ID_OFFSET + Long.BYTES, memoryId.getLeastSignificantBits())
                .putLong(CAPACITY_OFFSET, capacity)
                .putInt(SEGMENT_ROWS_OFFSET, segmentRows)
                .putInt(STRIDE_OFFSET, geometry().stride())
                .putInt(SCHEMA_LENGTH_OFFSET, text.length)
                .put(SCHEMA_OFFSET, text);
        block.putInt(CRC_OFFSET, Checksum.of(block, block.capacity(), CRC_OFFSET));
        return block;
    }

    /**
     * Reads what a memory is.
     *
     * @param files how files are reached
     * @param file its name
     * @return as stored
     * @throws IOException if it cannot be read
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong
     */
    public static Superblock read(FileLayer files, Path file) throws IOException {
        try (FileLayer.OpenFile open = files.open(file)) {
            long length = open.length();
            if (length > MAX_LENGTH) {
                throw new ForeignFileException("not the head of an Engram memory: file=" + file + ", length=" + length
                        + ", expected at most " + MAX_LENGTH);
            }
            ByteBuffer block = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            block.clear();
            return decode(file, block);
        }
    }

    private static Superblock decode(Path file, ByteBuffer block) {
        checkStart(file, block, MAGIC, VERSION, SCHEMA_OFFSET);
        int textLength = block.getInt(SCHEMA_LENGTH_OFFSET);
        if (textLength >= 0 && textLength <= MAX_LENGTH && block.capacity() < SCHEMA_OFFSET + textLength) {
            throw new TruncatedStoreException("the head of the memory is too short: file=" + file + ", length="
                    + block.capacity() + ", expected " + (SCHEMA_OFFSET + textLength) + "; restore it from a copy");
        }
        int crc = Checksum.of(block, block.capacity(), CRC_OFFSET);
        if (crc != block.getInt(CRC_OFFSET) || textLength != block.capacity() - SCHEMA_OFFSET) {
            throw new CorruptStoreException("the head of the memory is damaged: file=" + file + ", offset=" + CRC_OFFSET
                    + ", crc32c found=" + Integer.toHexString(block.getInt(CRC_OFFSET)) + ", expected="
                    + Integer.toHexString(crc) + "; restore it from a copy");
        }
        byte[] text = new byte[textLength];
        block.get(SCHEMA_OFFSET, text);
        UUID id = new UUID(block.getLong(MEMORY_ID_OFFSET), block.getLong(MEMORY_ID_OFFSET + Long.BYTES));
        try {
            Schema schema = Schema.fromText(new String(text, StandardCharsets.UTF_8));
            Superblock superblock =
                    new Superblock(id, block.getLong(CAPACITY_OFFSET), block.getInt(SEGMENT_ROWS_OFFSET), schema);
            int stride = RowDescriptor.stride(new PayloadLayout(schema).length());
            if (superblock.capacity < 1 || stride != block.getInt(STRIDE_OFFSET)) {
                throw new IllegalArgumentException(
                        "capacity=" + superblock.capacity + ", stride=" + block.getInt(STRIDE_OFFSET));
            }
            superblock.geometry();
            return superblock;
        } catch (SchemaException | IllegalArgumentException e) {
            throw new CorruptStoreException(
                    "the head of the memory makes no sense: file=" + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Throws unless a file begins as it should: magic, length and version, in this order, because each is needed to
     * trust the next.
     *
     * @param file for messages
     * @param block the file's bytes, or what there is of them
     * @param magic that is expected
     * @param version the newest that is known
     * @param least bytes that the file must have
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong
     */
    public static void checkStart(Path file, ByteBuffer block, long magic, int version, int least) {
        if (block.capacity() >= Long.BYTES && block.getLong(MAGIC_OFFSET) != magic) {
            throw new ForeignFileException("not a file of an Engram memory: file=" + file + ", offset=0, magic found="
                    + Long.toHexString(block.getLong(MAGIC_OFFSET)) + ", expected=" + Long.toHexString(magic));
        }
        if (block.capacity() < least) {
            throw new TruncatedStoreException("a file of the memory is too short: file=" + file + ", length="
                    + block.capacity() + ", expected at least " + least + "; restore it from a copy");
        }
        int found = block.getInt(VERSION_OFFSET);
        if (found > version) {
            throw new UnsupportedVersionException("the memory was written by a newer version of Engram: file=" + file
                    + ", version found=" + found + ", newest known=" + version + "; use a newer Engram");
        }
        if (found != version) {
            throw new CorruptStoreException("the memory has an impossible version: file=" + file + ", version found="
                    + found + ", expected 1 to " + version);
        }
    }
}
