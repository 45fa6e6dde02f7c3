package io.engram.replay.offheap.internal.store;

import static io.engram.replay.offheap.internal.store.ManifestDescriptor.*;

import io.engram.replay.SamplerState;
import io.engram.replay.internal.LabelText;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.internal.store.Manifest.Cut;
import io.engram.replay.offheap.internal.store.Manifest.Entry;
import io.engram.replay.offheap.internal.store.Manifest.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes and reads manifests, laid out as {@link ManifestDescriptor} says. */
public final class ManifestCodec {
    /** The only places where files of a snapshot are: no path leads out of its directory. */
    private static final Pattern PATH = Pattern.compile(Pattern.quote(SuperblockDescriptor.FILE_NAME)
            + "|(segments|journal|priorities|state)/[A-Za-z0-9_-][A-Za-z0-9._-]*");

    /** No stamp has room for more. */
    private static final long MAX_SEQUENCE = 1L << 55;

    private ManifestCodec() {}

    /**
     * Writes a manifest.
     *
     * @param manifest any
     * @return the bytes of its file
     */
    public static ByteBuffer encode(Manifest manifest) {
        List<ByteBuffer> entries = new ArrayList<>();
        manifest.files().forEach(file -> entries.add(encode(file)));
        manifest.streams().forEach(stream -> entries.add(encode(stream)));
        new TreeMap<>(manifest.samplers()).forEach((name, state) -> entries.add(encode(name, state)));
        new TreeMap<>(manifest.leastMasses()).forEach((name, least) -> entries.add(encode(name, least)));
        int length =
                HEADER_LENGTH + entries.stream().mapToInt(ByteBuffer::capacity).sum();
        ByteBuffer block = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        Identity identity = manifest.identity();
        byte[] name = utf8(identity.name());
        Cut cut = manifest.cut();
        block.putLong(MAGIC_OFFSET, MAGIC)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(MEMORY_ID_OFFSET, identity.memoryId().getMostSignificantBits())
                .putLong(MEMORY_ID_OFFSET + Long.BYTES, identity.memoryId().getLeastSignificantBits())
                .putLong(INCARNATION_OFFSET, identity.incarnation())
                .putLong(TAKEN_OFFSET, identity.taken())
                .putLong(NUMBER_OFFSET, identity.number())
                .putLong(ManifestDescriptor.STEP_OFFSET, identity.step())
                .putLong(TAIL_OFFSET, cut.tail())
                .putLong(HEAD_OFFSET, cut.head())
                .putLong(NEXT_EPISODE_OFFSET, cut.nextEpisode())
                .putLong(NEWEST_POLICY_OFFSET, cut.newestPolicy())
                .putInt(ENTRIES_OFFSET, entries.size())
                .putInt(NAME_LENGTH_OFFSET, name.length)
                .put(NAME_OFFSET, name);
        block.position(HEADER_LENGTH);
        entries.forEach(block::put);
        block.clear();
        block.putInt(CRC_OFFSET, Checksum.of(block, length, CRC_OFFSET));
        return block;
    }

    private static ByteBuffer encode(Entry file) {
        byte[] path = utf8(file.path());
        return entry(FILE, PATH_OFFSET + path.length)
                .putInt(PRIVATE_OFFSET, file.isPrivate() ? 1 : 0)
                .putInt(FILE_CRC_OFFSET, file.crc())
                .putLong(FILE_LENGTH_OFFSET, file.length())
                .putLong(STORED_OFFSET, file.stored())
                .putInt(PATH_LENGTH_OFFSET, path.length)
                .put(PATH_OFFSET, path);
    }

    private static ByteBuffer encode(LanePosition stream) {
        byte[] label = stream.labelText();
        byte[] state = stream.state();
        return entry(STREAM, LABEL_OFFSET + label.length + state.length)
                .putInt(STREAM_ID_OFFSET, stream.streamId())
                .putInt(STEP_IN_EPISODE_OFFSET, stream.step())
                .putLong(EPISODE_OFFSET, stream.episode())
                .putLong(PREVIOUS_OFFSET, stream.previous())
                .putLong(POLICY_OFFSET, stream.policyVersion())
                .putLong(FIRST_OFFSET, stream.first())
                .putLong(TRANSITIONS_OFFSET, stream.length())
                .putDouble(REWARD_OFFSET, stream.totalReward())
                .putInt(LABEL_LENGTH_OFFSET, label.length)
                .putInt(STATE_LENGTH_OFFSET, state.length)
                .put(LABEL_OFFSET, label)
                .put(LABEL_OFFSET + label.length, state);
    }

    private static ByteBuffer encode(String sampler, SamplerState state) {
        byte[] name = utf8(sampler);
        return entry(SAMPLER, SAMPLER_NAME_OFFSET + name.length)
                .putInt(OWNER_LENGTH_OFFSET, name.length)
                .putInt(STEPS_OFFSET, state.steps())
                .putLong(RANDOM_OFFSET, state.random())
                .putLong(BATCHES_OFFSET, state.batches())
                .putDouble(GAMMA_OFFSET, state.gamma())
                .put(SAMPLER_NAME_OFFSET, name);
    }

    private static ByteBuffer encode(String index, long least) {
        byte[] name = utf8(index);
        return entry(INDEX, INDEX_NAME_OFFSET + name.length)
                .putInt(OWNER_LENGTH_OFFSET, name.length)
                .putLong(LEAST_OFFSET, least)
                .put(INDEX_NAME_OFFSET, name);
    }

    private static ByteBuffer entry(int type, int length) {
        int aligned = (length + Long.BYTES - 1) & -Long.BYTES;
        return ByteBuffer.allocate(aligned)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(ENTRY_LENGTH_OFFSET, aligned)
                .putInt(ENTRY_TYPE_OFFSET, type);
    }

    /**
     * Reads a manifest.
     *
     * @param files how files are reached
     * @param file the manifest
     * @return what it says
     * @throws IOException if it cannot be read
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong with it
     */
    public static Manifest read(FileLayer files, Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            long length = open.length();
            if (length > MAX_LENGTH) {
                throw new ForeignFileException("not the manifest of a snapshot: file=" + file + ", length=" + length
                        + ", expected at most " + MAX_LENGTH);
            }
            ByteBuffer block = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            block.clear();
            return decode(file, block);
        }
    }

    /**
     * Reads the manifest of the snapshot that a memory was made from.
     *
     * @param files how files are reached
     * @param directory of the memory
     * @param superblock of the memory
     * @return what it says, or null if there is none
     * @throws IOException if it cannot be read
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong with it
     */
    public static @Nullable Manifest readResume(FileLayer files, Path directory, Superblock superblock)
            throws IOException {
        Path file = directory.resolve(ManifestDescriptor.RESUME_DIRECTORY).resolve(ManifestDescriptor.FILE_NAME);
        if (files.kind(file) == FileLayer.Kind.NOTHING) {
            return null;
        }
        Manifest manifest = read(files, file);
        if (!manifest.identity().memoryId().equals(superblock.memoryId())) {
            throw new ForeignFileException("a manifest belongs to another memory: file=" + file + ", memory id found="
                    + manifest.identity().memoryId() + ", expected=" + superblock.memoryId()
                    + "; move its directory away");
        }
        return manifest;
    }

    /**
     * Reads a manifest from memory.
     *
     * @param file for messages
     * @param block its bytes, little-endian
     * @return what it says
     * @throws io.engram.replay.offheap.StorageException a subclass that says what is wrong with it
     */
    static Manifest decode(Path file, ByteBuffer block) {
        Superblock.checkStart(file, block, MAGIC, VERSION, HEADER_LENGTH);
        int crc = Checksum.of(block, block.capacity(), CRC_OFFSET);
        if (crc != block.getInt(CRC_OFFSET)) {
            throw new CorruptStoreException("the manifest of a snapshot is damaged: file=" + file + ", offset="
                    + CRC_OFFSET + ", length=" + block.capacity() + ", crc32c found="
                    + Integer.toHexString(block.getInt(CRC_OFFSET)) + ", expected=" + Integer.toHexString(crc)
                    + "; delete the snapshot, or restore the file from a copy");
        }
        try {
            return new Entries(block).read();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptStoreException(
                    "the manifest of a snapshot makes no sense: file=" + file + ": " + e.getMessage()
                            + "; delete the snapshot, or restore the file from a copy",
                    e);
        }
    }

    /** What is read of one manifest. */
    private static final class Entries {
        private final ByteBuffer block;
        private final List<Entry> files = new ArrayList<>();
        private final List<LanePosition> streams = new ArrayList<>();
        private final Map<String, SamplerState> samplers = new TreeMap<>();
        private final Map<String, Long> leastMasses = new TreeMap<>();

        Entries(ByteBuffer block) {
            this.block = block;
        }

        Manifest read() {
            Identity identity = new Identity(
                    new UUID(block.getLong(MEMORY_ID_OFFSET), block.getLong(MEMORY_ID_OFFSET + Long.BYTES)),
                    block.getLong(INCARNATION_OFFSET),
                    text(block, NAME_OFFSET, atMost(block.getInt(NAME_LENGTH_OFFSET), MAX_NAME_LENGTH)),
                    block.getLong(NUMBER_OFFSET),
                    block.getLong(TAKEN_OFFSET),
                    block.getLong(ManifestDescriptor.STEP_OFFSET));
            Cut cut = new Cut(
                    block.getLong(TAIL_OFFSET),
                    block.getLong(HEAD_OFFSET),
                    block.getLong(NEXT_EPISODE_OFFSET),
                    block.getLong(NEWEST_POLICY_OFFSET));
            require(
                    cut.tail() >= 0 && cut.tail() <= cut.head() && cut.head() <= MAX_SEQUENCE,
                    "rows=" + cut.tail() + " to " + cut.head());
            require(
                    cut.nextEpisode() >= 0 && cut.newestPolicy() >= 0,
                    "next episode=" + cut.nextEpisode() + ", newest policy=" + cut.newestPolicy());
            require(
                    identity.number() > 0 && identity.step() >= Manifest.NO_STEP && block.getInt(ENTRIES_OFFSET) >= 0,
                    "number=" + identity.number() + ", step=" + identity.step() + ", entries="
                            + block.getInt(ENTRIES_OFFSET));
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
            return new Manifest(identity, cut, files, streams, samplers, leastMasses);
        }

        private void read(ByteBuffer entry) {
            switch (entry.getInt(ENTRY_TYPE_OFFSET)) {
                case FILE -> files.add(file(entry));
                case STREAM -> streams.add(stream(entry));
                case SAMPLER ->
                    samplers.put(
                            text(entry, SAMPLER_NAME_OFFSET, entry.getInt(OWNER_LENGTH_OFFSET)),
                            new SamplerState(
                                    entry.getLong(RANDOM_OFFSET),
                                    entry.getLong(BATCHES_OFFSET),
                                    entry.getInt(STEPS_OFFSET),
                                    entry.getDouble(GAMMA_OFFSET)));
                case INDEX ->
                    leastMasses.put(
                            text(entry, INDEX_NAME_OFFSET, entry.getInt(OWNER_LENGTH_OFFSET)),
                            entry.getLong(LEAST_OFFSET));
                default -> throw new IllegalArgumentException("entry of type=" + entry.getInt(ENTRY_TYPE_OFFSET));
            }
        }

        private static Entry file(ByteBuffer entry) {
            String path = text(entry, PATH_OFFSET, entry.getInt(PATH_LENGTH_OFFSET));
            require(PATH.matcher(path).matches(), "path=" + path);
            int kind = entry.getInt(PRIVATE_OFFSET);
            require(
                    (kind == 0 || kind == 1) && entry.getLong(FILE_LENGTH_OFFSET) >= 0,
                    "private=" + kind + ", length=" + entry.getLong(FILE_LENGTH_OFFSET) + " of path=" + path);
            return new Entry(
                    path,
                    entry.getInt(PRIVATE_OFFSET) == 1,
                    entry.getLong(FILE_LENGTH_OFFSET),
                    entry.getLong(STORED_OFFSET),
                    entry.getInt(FILE_CRC_OFFSET));
        }

        private static LanePosition stream(ByteBuffer entry) {
            byte[] label = bytes(entry, LABEL_OFFSET, entry.getInt(LABEL_LENGTH_OFFSET));
            byte[] state = bytes(entry, LABEL_OFFSET + label.length, entry.getInt(STATE_LENGTH_OFFSET));
            LabelText.decode(ByteBuffer.wrap(label));
            LanePosition position = new LanePosition(
                    entry.getInt(STREAM_ID_OFFSET),
                    entry.getLong(EPISODE_OFFSET),
                    entry.getInt(STEP_IN_EPISODE_OFFSET),
                    entry.getLong(PREVIOUS_OFFSET),
                    entry.getLong(POLICY_OFFSET),
                    label,
                    entry.getLong(FIRST_OFFSET),
                    entry.getLong(TRANSITIONS_OFFSET),
                    entry.getDouble(REWARD_OFFSET),
                    state);
            require(
                    position.streamId() >= 0
                            && position.step() >= 0
                            && position.episode() >= Lane.NONE
                            && position.previous() >= Lane.NONE
                            && position.first() >= Lane.NONE
                            && position.policyVersion() >= 0
                            && position.length() >= 0,
                    "position=" + position);
            return position;
        }

        private static byte[] bytes(ByteBuffer entry, int offset, int length) {
            byte[] bytes = new byte[atMost(length, entry.capacity() - offset)];
            entry.get(offset, bytes);
            return bytes;
        }

        private static String text(ByteBuffer entry, int offset, int length) {
            return new String(bytes(entry, offset, length), StandardCharsets.UTF_8);
        }

        private static int atMost(int length, int limit) {
            require(length >= 0 && length <= limit, "length=" + length + ", expected at most " + limit);
            return length;
        }

        private static void require(boolean right, String what) {
            if (!right) {
                throw new IllegalArgumentException(what);
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
