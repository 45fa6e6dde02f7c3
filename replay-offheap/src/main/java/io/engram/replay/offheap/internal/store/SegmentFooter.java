package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.SegmentDescriptor.*;

import io.engram.replay.offheap.internal.ring.SealFacts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Writes and reads what a sealed segment says of itself. */
public final class SegmentFooter {
    private SegmentFooter() {}

    /**
     * Writes the footer of a segment.
     *
     * @param header of the segment
     * @param facts that it says
     * @return its bytes, without the zeros behind them
     */
    public static ByteBuffer encode(SegmentHeader header, SealFacts facts) {
        ByteBuffer block = ByteBuffer.allocate(FOOTER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC_OFFSET, FOOTER_MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(FOOTER_INCARNATION_OFFSET, header.incarnation())
                .putLong(FOOTER_ORDINAL_OFFSET, header.ordinal())
                .putInt(PUBLISHED_OFFSET, facts.publishedRows())
                .putInt(ABANDONED_OFFSET, facts.abandonedRows())
                .putLong(NEXT_EPISODE_OFFSET, facts.nextEpisode())
                .putLong(NEWEST_POLICY_OFFSET, facts.newestPolicy())
                .putInt(NEXT_STREAM_OFFSET, facts.nextStream())
                .putInt(DIGEST_OFFSET, facts.digest());
        block.putInt(CRC_OFFSET, Checksum.of(block, FOOTER_LENGTH, CRC_OFFSET));
        return block;
    }

    /**
     * Reads the footer of a segment.
     *
     * @param block the footer's bytes
     * @param header of the segment
     * @return the facts of a sealed segment, or null if the block is no footer of that segment
     */
    public static @Nullable SealFacts decode(ByteBuffer block, SegmentHeader header) {
        if (block.getLong(MAGIC_OFFSET) != FOOTER_MAGIC
                || block.getInt(VERSION_OFFSET) != VERSION
                || block.getInt(CRC_OFFSET) != Checksum.of(block, FOOTER_LENGTH, CRC_OFFSET)
                || block.getLong(FOOTER_INCARNATION_OFFSET) != header.incarnation()
                || block.getLong(FOOTER_ORDINAL_OFFSET) != header.ordinal()) {
            return null;
        }
        return new SealFacts(
                block.getInt(PUBLISHED_OFFSET),
                block.getInt(ABANDONED_OFFSET),
                block.getLong(NEXT_EPISODE_OFFSET),
                block.getLong(NEWEST_POLICY_OFFSET),
                block.getInt(NEXT_STREAM_OFFSET),
                block.getInt(DIGEST_OFFSET));
    }
}
