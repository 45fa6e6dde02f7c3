package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.JournalDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A journal read by FORMAT.md and nothing else, as far as its records are whole. */
final class StoredJournal {
    private StoredJournal() {}

    /** The names of streams by number. */
    static Map<Integer, String> streams(Path directory) {
        try {
            return decode(Files.readAllBytes(directory.resolve(JournalDescriptor.FILE_NAME)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Integer, String> decode(byte[] bytes) {
        ByteBuffer journal = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, String> streams = new TreeMap<>();
        int at = 0;
        while (bytes.length - at >= JournalDescriptor.BODY_OFFSET) {
            int end = at + JournalDescriptor.TYPE_OFFSET + journal.getInt(at + JournalDescriptor.LENGTH_OFFSET);
            if (end > bytes.length) {
                break;
            }
            int name = at + JournalDescriptor.BODY_OFFSET + Integer.BYTES;
            streams.put(
                    journal.getInt(at + JournalDescriptor.BODY_OFFSET),
                    new String(bytes, name, end - name, StandardCharsets.UTF_8));
            at = end;
        }
        return streams;
    }
}
