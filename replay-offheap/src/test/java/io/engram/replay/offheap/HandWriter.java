package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Field;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/**
 * A writer of one self-contained row of a {@link Story}, moved on by hand, step by step, as
 * {@link io.engram.replay.offheap.internal.ring.RingAppender} goes by itself.
 */
final class HandWriter {
    /** What the writer did last. */
    enum Step {
        /** It is inside the epoch. */
        ENTERED,
        /** It has a sequence. */
        CLAIMED,
        /** It knows where the slot is. */
        LOOKED_UP,
        /** The slot is its own. */
        MARKED,
        /** Half of the row is there. */
        HALF_STORED,
        /** All of the row is there. */
        STORED,
        /** The row can be read, but the writer is still inside. */
        PUBLISHED;

        /** Whether a writer that stops here can still store into its slot. */
        boolean mayStore() {
            return this != ENTERED && this != PUBLISHED;
        }
    }

    private final Ring ring;
    private final EpochRecord epoch;
    private final PayloadLayout layout;
    private final long stream;
    private final long number;
    private long sequence = -1;
    private long address;
    private boolean lost;

    /** {@code number}: of the state that the row leads to, not the first of an episode. */
    HandWriter(OffHeapReplayMemory memory, long stream, long number) {
        this.ring = memory.ring();
        this.epoch = memory.epochs().register();
        this.layout = new PayloadLayout(memory.schema());
        this.stream = stream;
        this.number = number;
    }

    long sequence() {
        return sequence;
    }

    long address() {
        return address;
    }

    /** Whether the slot was closed before the row was published. */
    boolean lost() {
        return lost;
    }

    /** Goes on from the step before {@code first} to {@code last}, and stops. */
    void go(Step first, Step last) {
        for (int i = first.ordinal(); i <= last.ordinal() && !lost; i++) {
            take(Step.values()[i]);
        }
    }

    private void take(Step step) {
        switch (step) {
            case ENTERED -> epoch.enter();
            case CLAIMED -> sequence = ring.claim(1);
            case LOOKED_UP -> {
                address = ring.rowAddress(sequence);
                lost = address == 0;
            }
            case MARKED -> lost = !Slot.mark(address, sequence);
            case HALF_STORED -> store(RowDescriptor.EPISODE_OFFSET, image().length / 2);
            case STORED -> store(image().length / 2, image().length);
            case PUBLISHED -> lost = !Slot.publish(address, sequence, 0);
        }
    }

    /**
     * What a writer that wakes up late may do at worst: stores everything into the slot that it still takes for its
     * own.
     */
    void storeLate() {
        store(RowDescriptor.EPISODE_OFFSET, image().length);
    }

    /** Appends the row again under a new sequence, as a writer whose slot was closed does. */
    void startOver() {
        assertThat(lost).isTrue();
        lost = false;
        if (address != 0) {
            Slot.giveUp(address, sequence);
        }
        go(Step.CLAIMED, Step.PUBLISHED);
    }

    void leave() {
        epoch.exit();
    }

    private void store(int from, int to) {
        byte[] image = image();
        for (int i = from & -Byte.SIZE; i < to; i += Long.BYTES) {
            UnsafeApi.putLong(
                    address + i,
                    ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getLong(i));
        }
    }

    private byte[] image() {
        ByteBuffer row = ByteBuffer.allocate(RowDescriptor.HEADER_LENGTH + layout.length())
                .order(ByteOrder.LITTLE_ENDIAN);
        row.putLong(RowDescriptor.STAMP_OFFSET, Stamp.withoutState(Stamp.published(sequence, 0)));
        row.putLong(RowDescriptor.EPISODE_OFFSET, 0);
        row.putInt(RowDescriptor.STREAM_OFFSET, (int) stream);
        for (int i = 0; i < Story.STATE_LONGS; i++) {
            row.putLong(offset(Field.OBSERVATION) + i * Long.BYTES, Story.state(stream, number - 1, i));
            row.putLong(offset(Schema.NEXT + Field.OBSERVATION) + i * Long.BYTES, Story.state(stream, number, i));
        }
        row.putLong(offset(Field.ACTION), Story.action(stream, number));
        CRC32C crc = new CRC32C();
        crc.update(row.array());
        row.putInt(RowDescriptor.CRC_OFFSET, (int) crc.getValue());
        return row.array();
    }

    private int offset(String column) {
        return RowDescriptor.HEADER_LENGTH + layout.slot(column).offset();
    }
}
