package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.JournalDescriptor.BODY_OFFSET;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.CRC_OFFSET;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.LENGTH_OFFSET;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.MAX_LENGTH;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.STREAM;
import static io.engram.replay.offheap.internal.store.JournalDescriptor.TYPE_OFFSET;

import io.engram.replay.StreamException;
import io.engram.replay.internal.StreamRegistry;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    private boolean unsynced;

    private Journal(Path file, FileLayer.OpenFile open, Map<Integer, String> streams, long end) {
        this.file = file;
        this.open = open;
        this.streams = streams;
        this.end = end;
    }

    static Journal create(FileLayer files, Path file) throws IOException {
        return new Journal(file, files.create(file), Map.of(), 0);
    }

    /** Reads every record; changes nothing until {@link #cutTail}. */
    static Journal open(FileLayer files, Path file) throws IOException {
        FileLayer.OpenFile open = files.open(file);
        try {
            long length = open.length();
            ByteBuffer block = ByteBuffer.allocate(BODY_OFFSET + MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            StreamRegistry registry = new StreamRegistry((id, name) -> {});
            long at = 0;
            for (int id = 0; at < length; id++) {
                block.clear().limit((int) Math.min(block.capacity(), length - at));
                open.read(block, at);
                int whole = wholeRecord(block);
                if (whole == 0) {
                    requireUnfinished(file, open, block, at);
                    break;
                }
                ByteBuffer whatItSays = block.slice(0, whole).order(ByteOrder.LITTLE_ENDIAN);
                restore(file, at, registry, id, decodeStream(file, at, whatItSays, id));
                at += whole;
            }
            Map<Integer, String> streams = registry.names();
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
        unsynced = true;
    }

    /** Whether something was recorded since the last sync. */
    synchronized boolean isUnsynced() {
        return unsynced;
    }

    synchronized void sync() throws IOException {
        open.sync();
        unsynced = false;
    }

    @Override
    public synchronized void close() throws IOException {
        open.close();
    }

    /** The length of the record that begins the buffer, or 0 if none does that is whole. */
    private static int wholeRecord(ByteBuffer block) {
        int available = block.position();
        if (available < BODY_OFFSET) {
            return 0;
        }
        int body = block.getInt(LENGTH_OFFSET);
        if (body < 1 || body > MAX_LENGTH || TYPE_OFFSET + body > available) {
            return 0;
        }
        int whole = TYPE_OFFSET + body;
        return Checksum.of(block, whole, CRC_OFFSET) == block.getInt(CRC_OFFSET) ? whole : 0;
    }

    /** What is not a whole record was being written last only if it is no longer than one, and none comes behind it. */
    private static void requireUnfinished(Path file, FileLayer.OpenFile open, ByteBuffer block, long at)
            throws IOException {
        int available = block.position();
        boolean last = at + available == open.length();
        for (int i = 1; last && i < available; i++) {
            ByteBuffer behind = block.slice(i, available - i).order(ByteOrder.LITTLE_ENDIAN);
            last = wholeRecord(behind.position(available - i)) == 0;
        }
        if (!last && !isZero(open, block, at)) {
            throw damaged(file, at, "no whole record found, but more behind it");
        }
    }

    /** A file that had grown when the power went, but whose bytes were not written yet. */
    private static boolean isZero(FileLayer.OpenFile open, ByteBuffer block, long from) throws IOException {
        long length = open.length();
        for (long at = from; at < length; at += block.capacity()) {
            block.clear();
            open.read(block, at);
            block.flip();
            while (block.hasRemaining()) {
                if (block.get() != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void restore(Path file, long at, StreamRegistry registry, int id, String name) {
        try {
            registry.restore(id, name);
        } catch (IllegalArgumentException | StreamException e) {
            throw damaged(file, at, String.valueOf(e.getMessage()));
        }
    }

    /** The name of the stream that a record gives a number. */
    private static String decodeStream(Path file, long at, ByteBuffer block, int expectedId) {
        if (block.get(TYPE_OFFSET) != STREAM || block.capacity() < BODY_OFFSET + Integer.BYTES) {
            throw damaged(file, at, "type=" + block.get(TYPE_OFFSET) + ", expected " + STREAM);
        }
        int id = block.getInt(BODY_OFFSET);
        if (id != expectedId) {
            throw damaged(file, at, "stream id=" + id + ", expected " + expectedId);
        }
        byte[] text = new byte[block.capacity() - BODY_OFFSET - Integer.BYTES];
        block.get(BODY_OFFSET + Integer.BYTES, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static CorruptStoreException damaged(Path file, long at, String what) {
        return new CorruptStoreException(
                "the journal is damaged: file=" + file + ", offset=" + at + ", " + what + "; restore it from a copy");
    }
}
