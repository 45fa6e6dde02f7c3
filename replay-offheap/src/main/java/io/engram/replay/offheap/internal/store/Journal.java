package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.JournalDescriptor.BODY_OFFSET;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.CRC_OFFSET;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.LENGTH_OFFSET;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.MAX_LENGTH;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.STREAM;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.TYPE_OFFSET;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What must be known about rows and is not in them: for now, which number means which stream. A record that was being
 * written when the process died is cut off at the next open; damage before the end is refused. Safe for use by any
 * thread.
 */
final class Journal implements AutoCloseable {
    private final Path file;
    private final FileLayer.OpenFile open;
    private final Map<Integer, String> streams;
    private long end;

    private Journal(Path file, FileLayer.OpenFile open, Map<Integer, String> streams, long end) {
        this.file = file;
        this.open = open;
        this.streams = streams;
        this.end = end;
    }

    static Journal create(FileLayer files, Path file) throws IOException {
        return new Journal(file, files.create(file), new LinkedHashMap<>(), 0);
    }

    /** Reads every record; changes nothing until {@link #cutTail}. */
    static Journal open(FileLayer files, Path file) throws IOException {
        FileLayer.OpenFile open = files.open(file);
        try {
            long length = open.length();
            Map<Integer, String> streams = new LinkedHashMap<>();
            ByteBuffer block = ByteBuffer.allocate(BODY_OFFSET + MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            long at = 0;
            while (at < length) {
                int whole = readRecord(file, open, block, at, length, streams);
                if (whole == 0) {
                    break;
                }
                at += whole;
            }
            return new Journal(file, open, streams, at);
        } catch (Throwable t) {
            open.close();
            throw t;
        }
    }

    /** Streams by number, as recorded when the journal was opened. */
    Map<Integer, String> streams() {
        return streams;
    }

    /** Removes a record that was never finished. */
    synchronized void cutTail() throws IOException {
        if (open.length() > end) {
            open.truncate(end);
        }
    }

    synchronized void appendStream(int id, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer block =
                ByteBuffer.allocate(BODY_OFFSET + Integer.BYTES + text.length).order(ByteOrder.LITTLE_ENDIAN);
        block.putInt(LENGTH_OFFSET, block.capacity() - TYPE_OFFSET)
                .put(TYPE_OFFSET, STREAM)
                .putInt(BODY_OFFSET, id)
                .put(BODY_OFFSET + Integer.BYTES, text);
        block.putInt(CRC_OFFSET, Checksum.of(block, block.capacity(), CRC_OFFSET));
        try {
            // What an append that failed halfway left here could reach beyond this record.
            cutTail();
            open.write(block, end);
        } catch (IOException e) {
            throw new StorageException(
                    "a new stream could not be recorded: file=" + file + ", stream=" + name + ": " + e, e);
        }
        end += block.capacity();
    }

    synchronized void sync() throws IOException {
        open.sync();
    }

    @Override
    public synchronized void close() throws IOException {
        open.close();
    }

    /** The record's length, or 0 if it is the unfinished last one. */
    private static int readRecord(
            Path file, FileLayer.OpenFile open, ByteBuffer block, long at, long length, Map<Integer, String> streams)
            throws IOException {
        block.clear().limit((int) Math.min(block.capacity(), length - at));
        open.read(block, at);
        int available = block.position();
        if (available < BODY_OFFSET) {
            return 0;
        }
        int body = block.getInt(LENGTH_OFFSET);
        if (body < 1 || body > MAX_LENGTH) {
            throw damaged(file, at, "length=" + body + ", expected 1 to " + MAX_LENGTH);
        }
        int whole = TYPE_OFFSET + body;
        if (whole > available) {
            return 0;
        }
        int crc = Checksum.of(block, whole, CRC_OFFSET);
        if (crc != block.getInt(CRC_OFFSET)) {
            if (at + whole == length) {
                return 0;
            }
            throw damaged(
                    file,
                    at,
                    "crc32c found=" + Integer.toHexString(block.getInt(CRC_OFFSET)) + ", expected="
                            + Integer.toHexString(crc));
        }
        if (block.get(TYPE_OFFSET) != STREAM || body < 1 + Integer.BYTES) {
            throw damaged(file, at, "type=" + block.get(TYPE_OFFSET) + ", expected " + STREAM);
        }
        int textOffset = BODY_OFFSET + Integer.BYTES;
        byte[] text = new byte[whole - textOffset];
        block.get(textOffset, text);
        String name = new String(text, StandardCharsets.UTF_8);
        if (streams.put(block.getInt(BODY_OFFSET), name) != null) {
            throw damaged(file, at, "stream id=" + block.getInt(BODY_OFFSET) + " is recorded twice");
        }
        return whole;
    }

    private static CorruptStoreException damaged(Path file, long at, String what) {
        return new CorruptStoreException(
                "the journal is damaged: file=" + file + ", offset=" + at + ", " + what + "; restore it from a copy");
    }
}
