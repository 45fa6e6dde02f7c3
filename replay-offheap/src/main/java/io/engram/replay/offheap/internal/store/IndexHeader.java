package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.IndexDescriptor.ALPHA_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.CAPACITY_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.CRC_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.EPSILON_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.HEADER_LENGTH;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.KIND_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.LEAVES_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.MAGIC;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.MAGIC_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.MAX_NAME_LENGTH;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.MEMORY_ID_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.NAME_LENGTH_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.NAME_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.POLICY_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.RERANK_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.STRIDE_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.TAIL_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.VALUE_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.VERSION;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.VERSION_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.WINDOW_LENGTH_OFFSET;
import static io.engram.replay.offheap.internal.store.IndexDescriptor.WINDOW_OFFSET;

import io.engram.replay.InitialPriority;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Windows;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which index a file holds. Immutable.
 *
 * @param memoryId the memory
 * @param capacity of the memory
 * @param settings of the index
 */
public record IndexHeader(UUID memoryId, long capacity, PriorityIndex settings) {
    private static final int WHOLE_EPISODES = 3;

    ByteBuffer encode() {
        byte[] name = settings.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer block = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC_OFFSET, MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(MEMORY_ID_OFFSET, memoryId.getMostSignificantBits())
                .putLong(MEMORY_ID_OFFSET + Long.BYTES, memoryId.getLeastSignificantBits())
                .putLong(CAPACITY_OFFSET, capacity)
                .putInt(LEAVES_OFFSET, Leaves.count(capacity))
                .putInt(KIND_OFFSET, settings.kind() == PriorityIndex.Kind.RANK ? 1 : 0)
                .putDouble(ALPHA_OFFSET, settings.alpha())
                .putDouble(EPSILON_OFFSET, settings.epsilon())
                .putInt(POLICY_OFFSET, code(settings.initial().policy()))
                .putInt(NAME_LENGTH_OFFSET, name.length)
                .putDouble(VALUE_OFFSET, settings.initial().value())
                .putLong(WINDOW_OFFSET, settings.initial().window())
                .putLong(RERANK_OFFSET, settings.rerankEvery())
                .put(NAME_OFFSET, name);
        Windows windows = settings.windows();
        if (windows != null) {
            block.putInt(WINDOW_LENGTH_OFFSET, windows.length())
                    .putInt(STRIDE_OFFSET, windows.stride())
                    .putInt(TAIL_OFFSET, windows.wholeEpisodes() ? WHOLE_EPISODES : code(windows.tail()));
        }
        block.putInt(CRC_OFFSET, Checksum.of(block, HEADER_LENGTH, CRC_OFFSET));
        return block;
    }

    /**
     * Reads the header of an index.
     *
     * @param file for messages
     * @param block the header's bytes, or what there is of them
     * @param superblock of the memory
     * @return the header
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong
     */
    public static IndexHeader decode(Path file, ByteBuffer block, Superblock superblock) {
        Superblock.checkStart(file, block, MAGIC, VERSION, HEADER_LENGTH);
        int crc = Checksum.of(block, HEADER_LENGTH, CRC_OFFSET);
        if (crc != block.getInt(CRC_OFFSET)) {
            throw new CorruptStoreException("the header of a priority index is damaged: file=" + file + ", offset="
                    + CRC_OFFSET + ", crc32c found=" + Integer.toHexString(block.getInt(CRC_OFFSET)) + ", expected="
                    + Integer.toHexString(crc) + "; restore the file from a copy, or drop the index");
        }
        UUID memoryId = new UUID(block.getLong(MEMORY_ID_OFFSET), block.getLong(MEMORY_ID_OFFSET + Long.BYTES));
        if (!memoryId.equals(superblock.memoryId())) {
            throw new ForeignFileException("a priority index belongs to another memory: file=" + file
                    + ", memory id found=" + memoryId + ", expected=" + superblock.memoryId()
                    + "; move it out of the directory");
        }
        try {
            IndexHeader header = new IndexHeader(memoryId, block.getLong(CAPACITY_OFFSET), settings(block));
            if (header.capacity != superblock.capacity()
                    || block.getInt(LEAVES_OFFSET) != Leaves.count(header.capacity)) {
                throw new IllegalArgumentException("capacity=" + header.capacity + ", leaves="
                        + block.getInt(LEAVES_OFFSET) + ", expected capacity=" + superblock.capacity());
            }
            if (!file.endsWith(header.settings.name() + IndexDescriptor.SUFFIX)) {
                throw new IllegalArgumentException("name=" + header.settings.name());
            }
            return header;
        } catch (IllegalArgumentException e) {
            throw new CorruptStoreException(
                    "the header of a priority index makes no sense: file=" + file + ": " + e.getMessage(), e);
        }
    }

    private static PriorityIndex settings(ByteBuffer block) {
        byte[] name = new byte[Math.max(0, Math.min(MAX_NAME_LENGTH, block.getInt(NAME_LENGTH_OFFSET)))];
        block.get(NAME_OFFSET, name);
        return new PriorityIndex(
                new String(name, StandardCharsets.UTF_8),
                block.getInt(KIND_OFFSET) == 1 ? PriorityIndex.Kind.RANK : PriorityIndex.Kind.PROPORTIONAL,
                block.getDouble(ALPHA_OFFSET),
                block.getDouble(EPSILON_OFFSET),
                new InitialPriority(
                        policy(block.getInt(POLICY_OFFSET)),
                        block.getDouble(VALUE_OFFSET),
                        block.getLong(WINDOW_OFFSET)),
                block.getLong(RERANK_OFFSET),
                windows(block.getInt(WINDOW_LENGTH_OFFSET), block.getInt(STRIDE_OFFSET), block.getInt(TAIL_OFFSET)));
    }

    private static @Nullable Windows windows(int length, int stride, int tail) {
        if (length == 0) {
            return null;
        }
        return tail == WHOLE_EPISODES
                ? Windows.episodes(length)
                : Windows.of(length).withStride(stride).withTail(tail(tail));
    }

    private static int code(Windows.Tail tail) {
        return switch (tail) {
            case SHIFT_BACK -> 0;
            case PAD -> 1;
            case DROP -> 2;
        };
    }

    private static Windows.Tail tail(int code) {
        return switch (code) {
            case 0 -> Windows.Tail.SHIFT_BACK;
            case 1 -> Windows.Tail.PAD;
            case 2 -> Windows.Tail.DROP;
            default -> throw new IllegalArgumentException("tail of windows=" + code);
        };
    }

    private static int code(InitialPriority.Policy policy) {
        return switch (policy) {
            case HISTORICAL_MAXIMUM -> 0;
            case RECENT_MAXIMUM -> 1;
            case FIXED -> 2;
        };
    }

    private static InitialPriority.Policy policy(int code) {
        return switch (code) {
            case 0 -> InitialPriority.Policy.HISTORICAL_MAXIMUM;
            case 1 -> InitialPriority.Policy.RECENT_MAXIMUM;
            case 2 -> InitialPriority.Policy.FIXED;
            default -> throw new IllegalArgumentException("initial priority policy=" + code);
        };
    }
}
