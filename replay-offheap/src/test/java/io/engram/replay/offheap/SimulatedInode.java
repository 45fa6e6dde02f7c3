package io.engram.replay.offheap;

import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * A file of {@link SimulatedFiles}, whatever its names: its bytes now, in a block off the heap that every mapping
 * shows, and its bytes on the disk. A page that was not synced is what differs.
 */
final class SimulatedInode implements SimulatedNode {
    static final int PAGE = 4096;
    private static final int SECTOR = 512;
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final BitSet stored = new BitSet();
    private final List<Long> blocks = new ArrayList<>();
    private long address;
    private long durableAddress;
    private int capacity;
    private int length;
    private int durableLength;
    private boolean synced;
    private boolean mapped;
    private int links;

    int length() {
        return length;
    }

    long address() {
        return address;
    }

    int links() {
        return links;
    }

    void addLink() {
        links++;
    }

    /** True if that was the last. */
    boolean removeLink() {
        return --links == 0;
    }

    /** Bytes of the disk that it takes. */
    long room() {
        return (long) stored.cardinality() * PAGE;
    }

    void free() {
        blocks.forEach(UnsafeApi::freeMemory);
        blocks.clear();
        address = 0;
        durableAddress = 0;
    }

    private void grow(int newLength) {
        if (newLength > capacity) {
            if (mapped) {
                throw new UnsupportedOperationException("a mapped file that grows is not simulated");
            }
            int newCapacity = (newLength + PAGE - 1) / PAGE * PAGE;
            address = replace(address, newCapacity);
            durableAddress = replace(durableAddress, newCapacity);
            capacity = newCapacity;
        }
        length = Math.max(length, newLength);
    }

    private long replace(long old, int newCapacity) {
        long block = UnsafeApi.allocateMemory(newCapacity);
        blocks.add(block);
        UnsafeApi.setMemory(block + capacity, newCapacity - capacity, (byte) 0);
        if (old != 0) {
            UnsafeApi.copyMemory(old, block, capacity);
            blocks.remove(Long.valueOf(old));
            UnsafeApi.freeMemory(old);
        }
        return block;
    }

    /** The block from now on stays where it is. */
    long map(long mappedLength) {
        if (mappedLength > length || mappedLength == 0) {
            throw new IllegalArgumentException("mapped=" + mappedLength + " of length=" + length);
        }
        mapped = true;
        return address;
    }

    /** Writes as much as there is room for, and takes that from it; returns what room remains. */
    long write(ByteBuffer source, long position, long room) throws IOException {
        long left = room;
        while (source.hasRemaining()) {
            int at = Math.toIntExact(position);
            int piece = Math.min(source.remaining(), PAGE - at % PAGE);
            if (!stored.get(at / PAGE)) {
                if (left < PAGE) {
                    throw new IOException("No space left on device");
                }
                left -= PAGE;
                stored.set(at / PAGE);
            }
            grow(Math.max(length, at + piece));
            copy(source, address + at, piece, true);
            position += piece;
        }
        return left;
    }

    void read(ByteBuffer target, long position) {
        int piece = (int) Math.min(target.remaining(), length - position);
        if (piece > 0) {
            copy(target, address + position, piece, false);
        }
    }

    private static void copy(ByteBuffer buffer, long at, int bytes, boolean out) {
        Object base = buffer.hasArray() ? buffer.array() : null;
        long offset = base == null ? BufferUtil.address(buffer) : ARRAY_BASE + buffer.arrayOffset();
        offset += buffer.position();
        UnsafeApi.copyMemory(out ? base : null, out ? offset : at, out ? null : base, out ? at : offset, bytes);
        buffer.position(buffer.position() + bytes);
    }

    void truncate(long newLength) {
        if (newLength < length) {
            length = (int) newLength;
            UnsafeApi.setMemory(address + length, capacity - length, (byte) 0);
            stored.clear((length + PAGE - 1) / PAGE, Math.max(stored.length(), (length + PAGE - 1) / PAGE));
        }
    }

    byte[] bytes() {
        byte[] bytes = new byte[length];
        UnsafeApi.copyMemory(null, address, bytes, ARRAY_BASE, length);
        return bytes;
    }

    /** Makes the pages of a range durable, and the length. */
    void sync(int offset, int bytes) {
        int from = offset / PAGE * PAGE;
        int to = (int) Math.min(length, ((long) offset + bytes + PAGE - 1) / PAGE * PAGE);
        if (from < to) {
            UnsafeApi.copyMemory(address + from, durableAddress + from, to - from);
        }
        if (length < durableLength) {
            UnsafeApi.setMemory(durableAddress + length, durableLength - length, (byte) 0);
        }
        durableLength = length;
        synced = true;
    }

    /** Pages reach the disk in any order and at any moment, asked for or not. */
    void writeBack(SplitMix64 random) {
        if (length > 0) {
            int page = random.nextInt((length + PAGE - 1) / PAGE);
            UnsafeApi.copyMemory(address + (long) page * PAGE, durableAddress + (long) page * PAGE, PAGE);
        }
    }

    /** The same as it is now; all of it durable. */
    SimulatedInode copy() {
        SimulatedInode copy = new SimulatedInode();
        copy.grow(length);
        UnsafeApi.copyMemory(address, copy.address, length);
        copy.stored.or(stored);
        copy.sync(0, length);
        return copy;
    }

    /** What of it could be on the disk. */
    SimulatedInode cut(SplitMix64 random, SimulatedFiles.Losses losses) {
        SimulatedInode left = new SimulatedInode();
        int newLength = lengthAfterCut(random);
        left.grow(newLength);
        for (int at = 0; at < newLength; at += PAGE) {
            if (at >= capacity || isDurable(at)) {
                copyTo(left, at, false, PAGE);
            } else {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        losses.lost++;
                        copyTo(left, at, false, PAGE);
                    }
                    case 1 -> copyTo(left, at, true, PAGE);
                    default -> {
                        losses.torn++;
                        for (int sector = at; sector < at + PAGE; sector += SECTOR) {
                            copyTo(left, sector, random.nextInt(2) == 0, SECTOR);
                        }
                    }
                }
            }
        }
        UnsafeApi.setMemory(left.address + newLength, left.capacity - newLength, (byte) 0);
        left.stored.set(0, (newLength + PAGE - 1) / PAGE);
        left.sync(0, newLength);
        return left;
    }

    private int lengthAfterCut(SplitMix64 random) {
        if (!synced) {
            return switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> Math.min(length, PAGE * random.nextInt(length / PAGE + 1));
                case 2 -> random.nextInt(length + 1);
                default -> length;
            };
        }
        return random.nextInt(2) == 0 ? durableLength : length;
    }

    private boolean isDurable(int at) {
        for (int i = 0; i < PAGE; i += Long.BYTES) {
            if (UnsafeApi.getLong(address + at + i) != UnsafeApi.getLong(durableAddress + at + i)) {
                return false;
            }
        }
        return true;
    }

    private void copyTo(SimulatedInode target, int at, boolean current, int bytes) {
        if (at < capacity) {
            UnsafeApi.copyMemory((current ? address : durableAddress) + at, target.address + at, bytes);
        }
    }
}
