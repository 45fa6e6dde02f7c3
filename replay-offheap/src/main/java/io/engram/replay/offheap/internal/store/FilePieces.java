package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/** Moves bytes in pieces so small that no thread waits long for a safepoint. For one thread at a time. */
public final class FilePieces {
    /** The longest piece. */
    public static final int PIECE = 256 << 10;

    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    private final long pieceAddress = BufferUtil.address(piece);

    /** With a piece of memory of its own. */
    public FilePieces() {}

    /**
     * Copies memory into a file.
     *
     * @param address where the bytes lie
     * @param length how many
     * @param target where to
     * @param position of the first byte
     * @throws IOException if they cannot be written
     */
    void write(long address, long length, OpenFile target, long position) throws IOException {
        for (long at = 0; at < length; at += PIECE) {
            int part = (int) Math.min(PIECE, length - at);
            UnsafeApi.copyMemory(null, address + at, null, pieceAddress, part);
            target.write(piece.clear().limit(part), position + at);
        }
    }

    /**
     * Copies a file and makes the copy durable.
     *
     * @param files how files are reached
     * @param from which
     * @param to the new one, which must not exist
     * @return the checksum of what was copied
     * @throws IOException if it cannot be copied
     */
    public int copy(FileLayer files, Path from, Path to) throws IOException {
        try (OpenFile source = files.openForReading(from);
                OpenFile target = files.create(to)) {
            int crc = read(source, (part, at) -> target.write(part, at));
            target.sync();
            return crc;
        }
    }

    /**
     * Makes a file durable.
     *
     * @param files how files are reached
     * @param file which
     * @return its checksum
     * @throws IOException if it cannot be read, or it is not certain that it is durable
     */
    public int sync(FileLayer files, Path file) throws IOException {
        try (OpenFile open = files.open(file)) {
            int crc = read(open, (part, at) -> {});
            open.sync();
            return crc;
        }
    }

    /**
     * The checksum of a file.
     *
     * @param files how files are reached
     * @param file which
     * @return CRC-32C of all its bytes
     * @throws IOException if it cannot be read
     */
    public int checksum(FileLayer files, Path file) throws IOException {
        try (OpenFile open = files.openForReading(file)) {
            return read(open, (part, at) -> {});
        }
    }

    /**
     * The checksum of what a file held that was read already.
     *
     * @param bytes all of them
     * @return CRC-32C
     */
    public static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Is given the pieces of a file. */
    private interface Sink {
        void accept(ByteBuffer part, long at) throws IOException;
    }

    private int read(OpenFile source, Sink sink) throws IOException {
        CRC32C crc = new CRC32C();
        long length = source.length();
        for (long at = 0; at < length; at += PIECE) {
            piece.clear().limit((int) Math.min(PIECE, length - at));
            source.read(piece, at);
            piece.flip();
            crc.update(piece.duplicate());
            sink.accept(piece, at);
        }
        return (int) crc.getValue();
    }
}
