package io.engram.replay.offheap.internal.sample;

import org.agrona.UnsafeApi;

/** Copies and clears raw memory, in pieces, because no thread reaches a safepoint inside one of the platform's. */
final class Bytes {
    private static final int SMALL = 128;
    private static final int PIECE = 256 << 10;

    private Bytes() {}

    static void copy(long from, long to, int length) {
        if (length == Integer.BYTES) {
            UnsafeApi.putInt(to, UnsafeApi.getInt(from));
        } else if ((length & 7) == 0 && length <= SMALL) {
            for (int at = 0; at < length; at += Long.BYTES) {
                UnsafeApi.putLong(to + at, UnsafeApi.getLong(from + at));
            }
        } else if (length == 1) {
            UnsafeApi.putByte(to, UnsafeApi.getByte(from));
        } else {
            for (int at = 0; at < length; at += PIECE) {
                UnsafeApi.copyMemory(from + at, to + at, Math.min(PIECE, length - at));
            }
        }
    }

    static void clear(long address, long length) {
        for (long at = 0; at < length; at += PIECE) {
            UnsafeApi.setMemory(address + at, Math.min(PIECE, length - at), (byte) 0);
        }
    }
}
