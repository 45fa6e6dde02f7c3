package io.engram.replay.offheap.internal.erasure;

import static io.engram.replay.offheap.internal.store.ErasureDescriptor.*;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.internal.store.Checksum;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Writes and reads records of erasures, laid out as {@link ErasureDescriptor} says. */
public final class ErasureCodec {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] NO_HASH = new byte[HASH_LENGTH];

    private ErasureCodec() {}

    /**
     * Writes a record.
     *
     * @param record any
     * @return the bytes of its file
     */
    public static ByteBuffer encode(ErasureRecord record) {
        List<ByteBuffer> entries = entries(record);
        int length =
                HEADER_LENGTH + entries.stream().mapToInt(ByteBuffer::capacity).sum();
        ByteBuffer block = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        ErasureRecord.What what = record.what();
        block.putLong(MAGIC_OFFSET, MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(MEMORY_ID_OFFSET, record.memoryId().getMostSignificantBits())
                .putLong(MEMORY_ID_OFFSET + Long.BYTES, record.memoryId().getLeastSignificantBits())
                .putLong(REQUEST_OFFSET, record.request().getMostSignificantBits())
                .putLong(REQUEST_OFFSET + Long.BYTES, record.request().getLeastSignificantBits())
                .putLong(REQUESTED_OFFSET, record.requested())
                .putLong(FINISHED_OFFSET, record.finished())
                .putInt(STATE_OFFSET, record.isPending() ? PENDING : FINISHED)
                .putInt(KIND_OFFSET, what.kind().code())
                .put(HASH_OFFSET, bytesOf(what.hash()))
                .putLong(FROM_OFFSET, what.from())
                .putLong(TO_OFFSET, what.to())
                .putLong(ROWS_OFFSET, record.rows())
                .putLong(EPISODES_OFFSET, record.episodes())
                .putLong(NEXT_EPISODE_OFFSET, record.nextEpisode())
                .putLong(TAIL_OFFSET, record.window().tail())
                .putLong(HEAD_OFFSET, record.window().head())
                .putInt(ENTRIES_OFFSET, entries.size());
        block.position(HEADER_LENGTH);
        entries.forEach(block::put);
        block.clear();
        block.putInt(CRC_OFFSET, Checksum.of(block, length, CRC_OFFSET));
        return block;
    }

    private static List<ByteBuffer> entries(ErasureRecord record) {
        List<ByteBuffer> entries = new ArrayList<>();
        ErasureRecord.What what = record.what();
        if (!what.episodes().isEmpty()) {
            ByteBuffer entry = entry(EPISODES, NUMBERS_OFFSET + what.episodes().size() * Long.BYTES)
                    .putInt(COUNT_OFFSET, what.episodes().size());
            entry.position(NUMBERS_OFFSET);
            what.episodes().forEach(entry::putLong);
            entries.add(entry.clear());
        }
        if (!record.known().isEmpty()) {
            ByteBuffer entry = entry(KNOWN, NUMBERS_OFFSET + record.known().size() * 2 * Long.BYTES)
                    .putInt(COUNT_OFFSET, record.known().size());
            entry.position(NUMBERS_OFFSET);
            record.known().forEach(each -> entry.putLong(each.episode()).putLong(each.identity()));
            entries.add(entry.clear());
        }
        if (record.isPending() && !what.text().isEmpty()) {
            entries.add(text(TEXT, what.text()));
        }
        record.files().forEach(file -> entries.add(file(file)));
        record.kin().forEach(kin -> entries.add(kin(kin)));
        record.unreached().forEach(text -> entries.add(text(UNREACHED, text)));
        return entries;
    }

    private static ByteBuffer text(int type, String text) {
        byte[] bytes = utf8(text);
        return entry(type, TEXT_OFFSET + bytes.length)
                .putInt(TEXT_LENGTH_OFFSET, bytes.length)
                .put(TEXT_OFFSET, bytes);
    }

    private static ByteBuffer file(FileOutcome file) {
        byte[] path = utf8(file.path());
        byte[] note = utf8(file.note());
        return entry(FILE, PATH_OFFSET + path.length + note.length)
                .putInt(ERASED_OFFSET, file.erased())
                .putInt(SCRUBBED_OFFSET, file.scrubbed())
                .putInt(SURVIVORS_OFFSET, file.survivors())
                .putInt(FINAL_OFFSET, file.isFinal() ? 1 : 0)
                .put(BEFORE_OFFSET, bytesOf(file.before()))
                .put(AFTER_OFFSET, bytesOf(file.after()))
                .putInt(PATH_LENGTH_OFFSET, path.length)
                .putInt(NOTE_LENGTH_OFFSET, note.length)
                .put(PATH_OFFSET, path)
                .put(PATH_OFFSET + path.length, note);
    }

    private static ByteBuffer kin(KinState kin) {
        byte[] path = utf8(kin.path());
        return entry(KIN, KIN_PATH_OFFSET + path.length)
                .putInt(KIN_STATE_OFFSET, kin.state().code())
                .putInt(KIN_LENGTH_OFFSET, path.length)
                .put(KIN_PATH_OFFSET, path);
    }

    private static ByteBuffer entry(int type, int length) {
        int aligned = (length + Long.BYTES - 1) & -Long.BYTES;
        return ByteBuffer.allocate(aligned)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(ENTRY_LENGTH_OFFSET, aligned)
                .putInt(ENTRY_TYPE_OFFSET, type);
    }

    /**
     * Reads a record.
     *
     * @param files how files are reached
     * @param file the record
     * @return what it says
     * @throws IOException if it cannot be read
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong with it
     */
    public static ErasureRecord read(FileLayer files, Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            long length = open.length();
            if (length > MAX_LENGTH) {
                throw new ForeignFileException("not the record of an erasure: file=" + file + ", length=" + length
                        + ", expected at most " + MAX_LENGTH);
            }
            ByteBuffer block = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            return decode(file, block.clear());
        }
    }

    /**
     * Reads a record from memory.
     *
     * @param file for messages
     * @param block its bytes, little-endian
     * @return what it says
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong with it
     */
    public static ErasureRecord decode(Path file, ByteBuffer block) {
        Superblock.checkStart(file, block, MAGIC, VERSION, HEADER_LENGTH);
        int crc = Checksum.of(block, block.capacity(), CRC_OFFSET);
        if (crc != block.getInt(CRC_OFFSET)) {
            throw new CorruptStoreException("the record of an erasure is damaged: file=" + file + ", offset="
                    + CRC_OFFSET + ", crc32c found=" + Integer.toHexString(block.getInt(CRC_OFFSET)) + ", expected="
                    + Integer.toHexString(crc) + "; restore it from a copy, or remove it and erase again");
        }
        try {
            return new Entries(block).read();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptStoreException(
                    "the record of an erasure makes no sense: file=" + file + ": " + e.getMessage()
                            + "; remove it and erase again",
                    e);
        }
    }

    /** What is read of one record. */
    private static final class Entries {
        private final ByteBuffer block;
        private final List<Long> episodes = new ArrayList<>();
        private final List<KnownEpisode> known = new ArrayList<>();
        private final List<FileOutcome> files = new ArrayList<>();
        private final List<KinState> kin = new ArrayList<>();
        private final List<String> unreached = new ArrayList<>();
        private String text = "";

        Entries(ByteBuffer block) {
            this.block = block;
        }

        ErasureRecord read() {
            int at = HEADER_LENGTH;
            for (int i = 0; i < block.getInt(ENTRIES_OFFSET); i++) {
                int length = block.getInt(at + ENTRY_LENGTH_OFFSET);
                require(
                        length >= BODY_OFFSET && length % Long.BYTES == 0 && length <= block.capacity() - at,
                        "entry at offset=" + at + " of length=" + length);
                read(block.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
                at += length;
            }
            require(at == block.capacity(), "entries end at offset=" + at + " of " + block.capacity());
            int state = block.getInt(STATE_OFFSET);
            long finished = block.getLong(FINISHED_OFFSET);
            require(
                    state == (finished == ErasureRecord.NOT_FINISHED ? PENDING : FINISHED),
                    "state=" + state + " with finished=" + finished);
            byte[] hash = bytes(block, HASH_OFFSET, HASH_LENGTH);
            ErasureRecord record = new ErasureRecord(
                    uuid(MEMORY_ID_OFFSET),
                    uuid(REQUEST_OFFSET),
                    block.getLong(REQUESTED_OFFSET),
                    finished,
                    new ErasureRecord.What(
                            kind(block.getInt(KIND_OFFSET)),
                            text,
                            hexOf(hash),
                            episodes,
                            block.getLong(FROM_OFFSET),
                            block.getLong(TO_OFFSET)),
                    block.getLong(ROWS_OFFSET),
                    block.getLong(EPISODES_OFFSET),
                    new LiveWindow(
                            block.getLong(TAIL_OFFSET), block.getLong(HEAD_OFFSET), block.getLong(NEXT_EPISODE_OFFSET)),
                    known,
                    files,
                    kin,
                    unreached);
            if (record.isPending()) {
                // Says what is wrong with it, if anything.
                record.selection();
            }
            return record;
        }

        private static Selection.Kind kind(int code) {
            for (Selection.Kind kind : Selection.Kind.values()) {
                if (kind.code() == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("kind=" + code + ", expected 0 to 4");
        }

        private UUID uuid(int offset) {
            return new UUID(block.getLong(offset), block.getLong(offset + Long.BYTES));
        }

        private void read(ByteBuffer entry) {
            switch (entry.getInt(ENTRY_TYPE_OFFSET)) {
                case EPISODES -> {
                    for (int i = 0; i < count(entry, Long.BYTES); i++) {
                        episodes.add(entry.getLong(NUMBERS_OFFSET + i * Long.BYTES));
                    }
                }
                case KNOWN -> {
                    for (int i = 0; i < count(entry, 2 * Long.BYTES); i++) {
                        int at = NUMBERS_OFFSET + 2 * i * Long.BYTES;
                        known.add(new KnownEpisode(entry.getLong(at), entry.getLong(at + Long.BYTES)));
                    }
                }
                case TEXT -> text = text(entry, TEXT_OFFSET, entry.getInt(TEXT_LENGTH_OFFSET));
                case FILE -> files.add(file(entry));
                case KIN -> kin.add(kin(entry));
                case UNREACHED -> unreached.add(text(entry, TEXT_OFFSET, entry.getInt(TEXT_LENGTH_OFFSET)));
                default -> throw new IllegalArgumentException("entry of type=" + entry.getInt(ENTRY_TYPE_OFFSET));
            }
        }

        private static int count(ByteBuffer entry, int each) {
            int count = entry.getInt(COUNT_OFFSET);
            require(
                    count >= 0 && count <= (entry.capacity() - NUMBERS_OFFSET) / each,
                    "count=" + count + " in an entry of length=" + entry.capacity());
            return count;
        }

        private static FileOutcome file(ByteBuffer entry) {
            int path = entry.getInt(PATH_LENGTH_OFFSET);
            return new FileOutcome(
                    text(entry, PATH_OFFSET, path),
                    entry.getInt(ERASED_OFFSET),
                    entry.getInt(SCRUBBED_OFFSET),
                    entry.getInt(SURVIVORS_OFFSET),
                    entry.getInt(FINAL_OFFSET) == 1,
                    hexOf(bytes(entry, BEFORE_OFFSET, HASH_LENGTH)),
                    hexOf(bytes(entry, AFTER_OFFSET, HASH_LENGTH)),
                    text(entry, PATH_OFFSET + path, entry.getInt(NOTE_LENGTH_OFFSET)));
        }

        private static KinState kin(ByteBuffer entry) {
            String path = text(entry, KIN_PATH_OFFSET, entry.getInt(KIN_LENGTH_OFFSET));
            int code = entry.getInt(KIN_STATE_OFFSET);
            for (KinState.State state : KinState.State.values()) {
                if (state.code() == code) {
                    return new KinState(path, state);
                }
            }
            throw new IllegalArgumentException("state of kin=" + code + ", expected 0 to 3");
        }

        private static byte[] bytes(ByteBuffer entry, int offset, int length) {
            require(length >= 0 && length <= entry.capacity() - offset, "length=" + length);
            byte[] bytes = new byte[length];
            entry.get(offset, bytes);
            return bytes;
        }

        private static String text(ByteBuffer entry, int offset, int length) {
            return new String(bytes(entry, offset, length), StandardCharsets.UTF_8);
        }

        private static void require(boolean right, String what) {
            if (!right) {
                throw new IllegalArgumentException(what);
            }
        }
    }

    /** Zeros stand for none. */
    private static byte[] bytesOf(String hash) {
        return hash.isEmpty() ? NO_HASH : HEX.parseHex(hash);
    }

    private static String hexOf(byte[] hash) {
        for (byte each : hash) {
            if (each != 0) {
                return HEX.formatHex(hash);
            }
        }
        return "";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
