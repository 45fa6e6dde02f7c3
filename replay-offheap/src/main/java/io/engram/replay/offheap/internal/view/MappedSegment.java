package io.engram.replay.offheap.internal.view;

import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import org.agrona.UnsafeApi;

/**
 * A segment mapped for reading. Its owner may use the file again for another segment at any moment; then the header in
 * the mapping is another one. Immutable.
 *
 * @param ordinal which segment it was when it was mapped
 * @param incarnation the opening of the memory that began it
 * @param address of the mapping
 * @param unmapping ends the mapping
 */
record MappedSegment(long ordinal, long incarnation, long address, Runnable unmapping) {
    static MappedSegment at(long address, Runnable unmapping) {
        return new MappedSegment(
                UnsafeApi.getLong(address + SegmentDescriptor.ORDINAL_OFFSET),
                UnsafeApi.getLong(address + SegmentDescriptor.INCARNATION_OFFSET),
                address,
                unmapping);
    }

    /** Whether the file is what it was when it was mapped. */
    boolean isSame() {
        return UnsafeApi.getLongVolatile(null, address + SegmentDescriptor.ORDINAL_OFFSET) == ordinal
                && UnsafeApi.getLongVolatile(null, address + SegmentDescriptor.INCARNATION_OFFSET) == incarnation;
    }

    long rowAddress(SegmentGeometry geometry, long sequence) {
        return address + SegmentGeometry.ROWS_OFFSET + (sequence & (geometry.rows() - 1L)) * geometry.stride();
    }
}
