package io.engram.replay.offheap.internal.sample;

import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Stamp;
import org.agrona.UnsafeApi;

/**
 * A drawn row for each lane of a batch: which, where it lies, and its stamp as it was found. Loops over all lanes go
 * without the list of lanes, which makes them several times faster. For one thread.
 */
final class DrawnRows {
    /** A sequence that no row has. */
    static final long NONE = -1;

    private static final int LINE = 64;

    private final Ring ring;
    private final int secondLine;
    private final long[] sequences;
    private final long[] addresses;
    private final long[] stamps;

    /** Written and never read, so that the loads behind it are not left out. */
    @SuppressWarnings("unused")
    private long touched;

    DrawnRows(Ring ring, int size) {
        this.ring = ring;
        int rowLength = ring.geometry().rowLength();
        this.secondLine = rowLength <= LINE ? 0 : Math.min(LINE, rowLength - Long.BYTES);
        this.sequences = new long[size];
        this.addresses = new long[size];
        this.stamps = new long[size];
    }

    void set(int lane, long sequence) {
        sequences[lane] = sequence;
    }

    long sequence(int lane) {
        return sequences[lane];
    }

    long address(int lane) {
        return addresses[lane];
    }

    long stamp(int lane) {
        return stamps[lane];
    }

    /** Where the rows lie, by lane. */
    long[] addresses() {
        return addresses;
    }

    void copySequences(long[] target) {
        System.arraycopy(sequences, 0, target, 0, sequences.length);
    }

    /**
     * Finds the rows of some lanes and takes their stamps, one right after the other so that the cache misses overlap.
     * Values may be read after this.
     */
    void touch(int[] lanes, int count) {
        if (count == stamps.length) {
            ring.rowAddresses(sequences, addresses);
            for (int lane = 0; lane < stamps.length; lane++) {
                stamps[lane] = stampAt(addresses[lane]);
            }
            touchSecondLines();
        } else {
            for (int i = 0; i < count; i++) {
                int lane = lanes[i];
                addresses[lane] = ring.rowAddress(sequences[lane]);
                stamps[lane] = stampAt(addresses[lane]);
            }
        }
        UnsafeApi.loadFence();
    }

    /** Finds the row of one lane and takes its stamp. */
    void touch(int lane) {
        addresses[lane] = ring.rowAddress(sequences[lane]);
        stamps[lane] = stampAt(addresses[lane]);
        UnsafeApi.loadFence();
    }

    /** Follows the links of some lanes: sets the sequence that each leads to, or {@link #NONE}. */
    void touchLinks(int[] lanes, int count, long[] next) {
        if (count == stamps.length) {
            ring.linkAddresses(sequences, next);
            for (int lane = 0; lane < stamps.length; lane++) {
                next[lane] = linked(sequences[lane], next[lane]);
            }
        } else {
            for (int i = 0; i < count; i++) {
                int lane = lanes[i];
                next[lane] = linked(sequences[lane], ring.linkAddress(sequences[lane]));
            }
        }
    }

    private static long linked(long sequence, long address) {
        int distance = address == 0 ? 0 : UnsafeApi.getInt(address);
        return distance <= 0 ? NONE : sequence + distance;
    }

    /** Whether the row was there and whole when it was touched. */
    boolean isPublished(int lane) {
        return Stamp.isPublished(stamps[lane], sequences[lane]);
    }

    /** Whether a row that was found published has another stamp now. */
    boolean hasChanged(int lane) {
        return UnsafeApi.getLong(addresses[lane]) != stamps[lane];
    }

    /** Sets a column of every lane to 0 or 1; does nothing for the address 0. */
    void copyFlag(int flag, long target) {
        if (target != 0) {
            for (int lane = 0; lane < stamps.length; lane++) {
                UnsafeApi.putByte(target + lane, (byte) ((Stamp.flags(stamps[lane]) & flag) != 0 ? 1 : 0));
            }
        }
    }

    /** The stamp is in a row's first cache line; the second would be missed row by row when it is copied. */
    private void touchSecondLines() {
        if (secondLine > 0) {
            long sum = 0;
            for (long address : addresses) {
                sum += address == 0 ? 0 : UnsafeApi.getLong(address + secondLine);
            }
            touched = sum;
        }
    }

    private static long stampAt(long address) {
        return address == 0 ? Stamp.FRESH : UnsafeApi.getLong(address);
    }
}
