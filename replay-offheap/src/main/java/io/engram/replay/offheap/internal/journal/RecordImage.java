package io.engram.replay.offheap.internal.journal;

import io.engram.replay.Episode;
import io.engram.replay.internal.EpisodeProgress;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/** A record before it is in the journal, and what its checksum covers before it. For one thread at a time. */
public final class RecordImage {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);
    private static final int ID = 0;
    private static final int PAGE = 16;
    private static final int OFFSET = 24;
    /** Where the record begins. */
    private static final int RECORD = 32;

    private final byte[] bytes = new byte[RECORD + RecordDescriptor.MAX_LENGTH];
    private final ByteBuffer view =
            ByteBuffer.wrap(bytes, RECORD, RecordDescriptor.MAX_LENGTH).slice().order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private int length;

    /**
     * An empty image.
     *
     * @param memoryId of the memory that the journal belongs to
     */
    public RecordImage(UUID memoryId) {
        LONGS.set(bytes, ID, memoryId.getMostSignificantBits());
        LONGS.set(bytes, ID + Long.BYTES, memoryId.getLeastSignificantBits());
    }

    /** Bytes of the record. */
    int length() {
        return length;
    }

    private void start(int type, int stream, int recordLength) {
        length = recordLength;
        // What is copied goes on to a multiple of 8.
        LONGS.set(bytes, RECORD + ((recordLength - 1) & -Long.BYTES), 0L);
        INTS.set(bytes, RECORD + RecordDescriptor.WORD_OFFSET, recordLength);
        INTS.set(bytes, RECORD + RecordDescriptor.TYPE_OFFSET, type);
        INTS.set(bytes, RECORD + RecordDescriptor.STREAM_OFFSET, stream);
    }

    private void putLong(int offset, long value) {
        LONGS.set(bytes, RECORD + offset, value);
    }

    /**
     * A stream has a number.
     *
     * @param stream its number
     * @param name its name
     */
    public void stream(int stream, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        start(RecordDescriptor.STREAM, stream, RecordDescriptor.NAME_OFFSET + text.length);
        System.arraycopy(text, 0, bytes, RECORD + RecordDescriptor.NAME_OFFSET, text.length);
    }

    /**
     * An episode begins.
     *
     * @param stream of the episode
     * @param episode its number
     * @param begun when
     * @param policyVersion of the policy that acts
     * @param head a lower bound of its first row
     * @param label as {@link io.engram.replay.internal.LabelText} writes it
     */
    public void begin(int stream, long episode, long begun, long policyVersion, long head, byte[] label) {
        start(RecordDescriptor.BEGIN, stream, RecordDescriptor.LABEL_OFFSET + label.length);
        putLong(RecordDescriptor.EPISODE_OFFSET, episode);
        putLong(RecordDescriptor.BEGUN_OFFSET, begun);
        putLong(RecordDescriptor.POLICY_OFFSET, policyVersion);
        putLong(RecordDescriptor.HEAD_OFFSET, head);
        System.arraycopy(label, 0, bytes, RECORD + RecordDescriptor.LABEL_OFFSET, label.length);
    }

    /**
     * An episode has ended.
     *
     * @param stream of the episode
     * @param progress how far it came
     * @param ended when
     * @param kind how
     * @param recovered whether that was found out after a crash
     */
    public void end(int stream, EpisodeProgress progress, long ended, Episode.Kind kind, boolean recovered) {
        start(RecordDescriptor.END, stream, RecordDescriptor.END_LENGTH);
        putLong(RecordDescriptor.EPISODE_OFFSET, progress.episode());
        putLong(RecordDescriptor.ENDED_OFFSET, ended);
        putLong(RecordDescriptor.FIRST_OFFSET, progress.first());
        putLong(RecordDescriptor.LAST_OFFSET, progress.last());
        putLong(RecordDescriptor.LENGTH_OFFSET, progress.length());
        putLong(RecordDescriptor.REWARD_OFFSET, Double.doubleToRawLongBits(progress.totalReward()));
        INTS.set(bytes, RECORD + RecordDescriptor.KIND_OFFSET, code(kind));
        INTS.set(bytes, RECORD + RecordDescriptor.RECOVERED_OFFSET, recovered ? 1 : 0);
    }

    private static int code(Episode.Kind kind) {
        return switch (kind) {
            case TERMINATED -> RecordDescriptor.TERMINATED;
            case TRUNCATED -> RecordDescriptor.TRUNCATED;
            case ABANDONED -> RecordDescriptor.ABANDONED;
            case OPEN -> throw new IllegalArgumentException("an episode that goes on has no end");
        };
    }

    /**
     * Pages before some page are not needed any more.
     *
     * @param firstPage the first that is
     * @param nextEpisode one more than the highest episode so far
     */
    public void kept(long firstPage, long nextEpisode) {
        start(RecordDescriptor.KEPT, 0, RecordDescriptor.KEPT_LENGTH);
        putLong(RecordDescriptor.FIRST_PAGE_OFFSET, firstPage);
        putLong(RecordDescriptor.NEXT_EPISODE_OFFSET, nextEpisode);
    }

    /**
     * A record that is in the journal already, for another place.
     *
     * @param record whole
     */
    public void copyOf(ByteBuffer record) {
        start(
                record.getInt(RecordDescriptor.TYPE_OFFSET),
                record.getInt(RecordDescriptor.STREAM_OFFSET),
                record.limit());
        record.get(
                RecordDescriptor.HEADER_LENGTH,
                bytes,
                RECORD + RecordDescriptor.HEADER_LENGTH,
                length - RecordDescriptor.HEADER_LENGTH);
    }

    /** The checksum of the record at a place. */
    private int checksum(long page, int offset) {
        LONGS.set(bytes, PAGE, page);
        LONGS.set(bytes, OFFSET, (long) offset);
        INTS.set(bytes, RECORD + RecordDescriptor.CRC_OFFSET, 0);
        crc.reset();
        crc.update(bytes, 0, RECORD + length);
        return (int) crc.getValue();
    }

    /**
     * The record as it is to stand at a place.
     *
     * @param page the number of the page
     * @param offset from the page's start
     * @return its bytes, good until the next call
     */
    public ByteBuffer at(long page, int offset) {
        INTS.set(bytes, RECORD + RecordDescriptor.CRC_OFFSET, checksum(page, offset));
        return record();
    }

    /** Stores the record, all but its word, at a place that was marked. */
    void store(long page, int offset, long address) {
        UnsafeApi.putInt(address + RecordDescriptor.CRC_OFFSET, checksum(page, offset));
        for (int i = RecordDescriptor.TYPE_OFFSET; i < length; i += Long.BYTES) {
            UnsafeApi.putLong(address + i, UnsafeApi.getLong(bytes, ARRAY_BASE + RECORD + i));
        }
    }

    /** Takes a place's bytes; true if they are a whole record of that length. */
    boolean load(long page, int offset, long address, int recordLength) {
        length = recordLength;
        UnsafeApi.copyMemory(null, address, bytes, ARRAY_BASE + RECORD, recordLength);
        int stored = (int) INTS.get(bytes, RECORD + RecordDescriptor.CRC_OFFSET);
        INTS.set(bytes, RECORD + RecordDescriptor.WORD_OFFSET, recordLength);
        boolean whole = checksum(page, offset) == stored;
        INTS.set(bytes, RECORD + RecordDescriptor.CRC_OFFSET, stored);
        return whole;
    }

    /** The record's bytes, good until the next call. */
    ByteBuffer record() {
        return view.clear().limit(length);
    }
}
