package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A journal read by FORMAT.md and nothing else: every whole record, in order, whatever lies between them.
 *
 * @param records in order
 * @param pages numbers of the pages, in order
 */
record StoredJournal(List<Entry> records, List<Long> pages) {
    private static final int HEADER = 128;

    /** A whole record: where it lies and its bytes. */
    record Entry(Path file, int offset, ByteBuffer bytes) {
        int type() {
            return bytes.getInt(8);
        }

        int stream() {
            return bytes.getInt(12);
        }

        long episode() {
            return bytes.getLong(16);
        }
    }

    /** The journal of a directory, also while a memory is open there, which may remove pages meanwhile. */
    static StoredJournal read(Path directory) {
        return read(new NioFileLayer(), directory);
    }

    /** The same in another file system. */
    static StoredJournal read(FileLayer files, Path directory) {
        while (true) {
            try {
                return readOnce(files, directory);
            } catch (NoSuchFileException e) {
                // What was needed of the page is in a later one: once more.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static StoredJournal readOnce(FileLayer files, Path directory) throws IOException {
        List<Entry> records = new ArrayList<>();
        List<Long> pages = new ArrayList<>();
        for (Path file : files.list(directory.resolve("journal"))) {
            if (file.toString().endsWith(".page")) {
                ByteBuffer page = bytes(files, file);
                pages.add(page.getLong(40));
                read(file, page, records);
            }
        }
        return new StoredJournal(records, pages);
    }

    private static ByteBuffer bytes(FileLayer files, Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) open.length()).order(ByteOrder.LITTLE_ENDIAN);
            open.read(bytes, 0);
            return bytes;
        }
    }

    /** The names of streams by number. */
    static Map<Integer, String> streams(Path directory) {
        return streams(new NioFileLayer(), directory);
    }

    /** The same in another file system. */
    static Map<Integer, String> streams(FileLayer files, Path directory) {
        Map<Integer, String> streams = new TreeMap<>();
        for (Entry entry : read(files, directory).records()) {
            if (entry.type() == 1) {
                byte[] name = new byte[entry.bytes().capacity() - 16];
                entry.bytes().get(16, name);
                streams.put(entry.stream(), new String(name, StandardCharsets.UTF_8));
            }
        }
        return streams;
    }

    private static void read(Path file, ByteBuffer page, List<Entry> records) {
        for (int at = HEADER; at < page.capacity(); at += Long.BYTES) {
            int length = page.getInt(at);
            if (length >= 16 && length <= 4096 && length <= page.capacity() - at && isWhole(page, at, length)) {
                records.add(new Entry(file, at, page.slice(at, length).order(ByteOrder.LITTLE_ENDIAN)));
                at += (length - 1) / Long.BYTES * Long.BYTES;
            }
        }
    }

    private static boolean isWhole(ByteBuffer page, int at, int length) {
        return page.getInt(at + 4) == checksum(page, at, length);
    }

    static int checksum(ByteBuffer page, int at, int length) {
        ByteBuffer covered = ByteBuffer.allocate(32 + length).order(ByteOrder.LITTLE_ENDIAN);
        covered.putLong(page.getLong(16))
                .putLong(page.getLong(24))
                .putLong(page.getLong(40))
                .putLong(at);
        covered.put(page.slice(at, length)).putInt(32, length).putInt(36, 0);
        CRC32C crc = new CRC32C();
        crc.update(covered.array());
        return (int) crc.getValue();
    }
}
