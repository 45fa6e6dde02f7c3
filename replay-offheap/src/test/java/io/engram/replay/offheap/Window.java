package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Field;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/** Looks at the rows of a memory without a sampler, while nobody writes. Self-contained rows of a {@link Story}. */
final class Window {
    private final OffHeapReplayMemory memory;
    private final PayloadLayout layout;

    Window(OffHeapReplayMemory memory) {
        this.memory = memory;
        this.layout = new PayloadLayout(memory.schema());
    }

    /** Checks every byte of every row that can be read, and returns the sequences of the others. */
    List<Long> missing() {
        Ring ring = memory.ring();
        long head = ring.head();
        List<Long> missing = new ArrayList<>();
        for (long sequence = ring.tail(head); sequence < head; sequence++) {
            long address = ring.rowAddress(sequence);
            assertThat(address).as("address of row " + sequence).isNotZero();
            if (Stamp.isPublished(UnsafeApi.getLongVolatile(null, address), sequence)) {
                check(address, sequence);
            } else {
                missing.add(sequence);
            }
        }
        return missing;
    }

    /** Whether the address is in a segment that rows are, or will be, written to. */
    boolean contains(long address) {
        Ring ring = memory.ring();
        for (long ordinal = 0; ring.geometry().firstSequence(ordinal) < ring.limit(); ordinal++) {
            Segment segment = ring.table().get(ordinal);
            if (segment != null
                    && address >= segment.region().address()
                    && address < segment.region().address() + segment.region().length()) {
                return true;
            }
        }
        return false;
    }

    private void check(long address, long sequence) {
        int length = memory.ring().geometry().rowLength();
        byte[] row = new byte[length];
        for (int i = 0; i < length; i++) {
            row[i] = UnsafeApi.getByte(address + i);
        }
        long stream = state(address, Field.OBSERVATION, 0);
        long number = state(address, Schema.NEXT + Field.OBSERVATION, 1);
        for (int i = 0; i < Story.STATE_LONGS; i++) {
            assertThat(state(address, Field.OBSERVATION, i))
                    .as("row %d, state %d", sequence, i)
                    .isEqualTo(Story.state(stream, number - 1, i));
            assertThat(state(address, Schema.NEXT + Field.OBSERVATION, i))
                    .as("row %d, next state %d", sequence, i)
                    .isEqualTo(Story.state(stream, number, i));
        }
        assertThat(UnsafeApi.getLong(address + offset(Field.ACTION))).isEqualTo(Story.action(stream, number));
        row[RowDescriptor.STAMP_OFFSET] &= (byte) ~Stamp.STATE_MASK;
        for (int i = 0; i < Integer.BYTES; i++) {
            row[RowDescriptor.CRC_OFFSET + i] = 0;
        }
        CRC32C crc = new CRC32C();
        crc.update(row);
        assertThat(UnsafeApi.getInt(address + RowDescriptor.CRC_OFFSET))
                .as("checksum of row %d", sequence)
                .isEqualTo((int) crc.getValue());
    }

    private long state(long address, String column, int i) {
        return UnsafeApi.getLong(address + offset(column) + i * Long.BYTES);
    }

    private int offset(String column) {
        return RowDescriptor.HEADER_LENGTH + layout.slot(column).offset();
    }
}
