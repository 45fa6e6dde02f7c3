package io.engram.replay.offheap;

import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A memory that has been used for long, with snapshots of several kinds and a fork, closed, on a simulated disk. It has
 * lapped, so that files were used again; it went back to a snapshot, so that numbers of rows and episodes stand for
 * different ones in different snapshots. Every row has the canary of its subject, 32 bytes, in its state and its step,
 * beside a word of its own; the subject is the canary.
 */
final class CanaryStore implements AutoCloseable {
    static final Path MEMORY = Path.of("/disk/memory");
    static final Path FORK = Path.of("/disk/fork");
    static final int CAPACITY = 192;
    static final int SEGMENT_ROWS = 16;
    static final int SUBJECTS = 12;
    static final int TAGS = 3;
    static final int STREAMS = 3;
    static final int CANARY = 32;

    private static final UUID MEMORY_ID = new UUID(7, 9);

    private final RowLayout layout;
    private final SplitMix64 random;
    private SimulatedFiles files = new SimulatedFiles();
    private long incarnation = 100;
    private long told;
    private OffHeapReplayMemory playing;
    private final List<StreamWriter> writers = new ArrayList<>();
    private final List<String> subjects = new ArrayList<>();

    CanaryStore(RowLayout layout, long seed) {
        this.layout = layout;
        this.random = new SplitMix64(seed);
        try {
            files.createDirectories(MEMORY.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.settle();
        try (OffHeapReplayMemory memory = open(MEMORY)) {
            play(memory, 150);
            memory.snapshot("early");
            play(memory, 170);
            memory.snapshot("late");
            play(memory, 30);
        }
        Snapshots.of(files, MEMORY).restore("early");
        try (OffHeapReplayMemory memory = open(MEMORY)) {
            play(memory, 400);
            memory.snapshot("after");
            play(memory, 40);
        }
        Snapshots.of(files, MEMORY).fork("after", FORK);
        try (OffHeapReplayMemory memory = open(FORK)) {
            play(memory, 60);
        }
        try (OffHeapReplayMemory memory = open(MEMORY)) {
            play(memory, 20);
        }
    }

    Schema schema() {
        return Schema.builder()
                .observation(DType.U8, CANARY + Long.BYTES)
                .action(DType.U8, CANARY)
                .rowLayout(layout)
                .build();
    }

    OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(schema(), CAPACITY)
                .directory(directory)
                .files(files)
                .segmentRows(SEGMENT_ROWS)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .identity(MEMORY_ID, incarnation++)
                .withoutAutomaticUpkeep()
                .open();
    }

    /** So many steps, by several writers in turn; one of them leaves its episode open. */
    private void play(OffHeapReplayMemory memory, int steps) {
        if (playing != memory) {
            playing = memory;
            writers.clear();
            subjects.clear();
            for (int i = 0; i < STREAMS; i++) {
                writers.add(memory.writer("stream-" + i));
                subjects.add("");
            }
        }
        for (int i = 0; i < steps; i++) {
            int chosen = random.nextInt(STREAMS);
            StreamWriter writer = writers.get(chosen);
            if (!writer.inEpisode() || subjects.get(chosen).isEmpty()) {
                if (writer.inEpisode()) {
                    writer.abandon();
                }
                int subject = random.nextInt(SUBJECTS);
                subjects.set(chosen, canary(subject));
                writer.label(EpisodeLabel.ofSubject(canary(subject), tag(subject % TAGS)));
                writer.field("observation").set(state(subjects.get(chosen)));
                writer.begin();
            }
            writer.field("observation").set(state(subjects.get(chosen)));
            writer.field("action").set(subjects.get(chosen).getBytes(StandardCharsets.US_ASCII));
            writer.step(random.nextInt(9) == 0, false);
            memory.upkeep().turn();
        }
    }

    private byte[] state(String canary) {
        return ByteBuffer.allocate(CANARY + Long.BYTES)
                .put(canary.getBytes(StandardCharsets.US_ASCII))
                .putLong(word(told++))
                .array();
    }

    private static long word(long count) {
        return new SplitMix64(count).nextLong() | 1;
    }

    static String canary(int subject) {
        return String.format("<canary of subject number %04d->", subject);
    }

    static String tag(int tag) {
        return "a tag with a name of its own: " + tag;
    }

    SimulatedFiles files() {
        return files;
    }

    RowLayout layout() {
        return layout;
    }

    SegmentGeometry geometry() {
        return SegmentGeometry.ofRows(new PayloadLayout(schema()).length(), SEGMENT_ROWS);
    }

    /** Everything that the disk holds. */
    TreeMap<String, byte[]> contents() {
        return contents(files);
    }

    static TreeMap<String, byte[]> contents(SimulatedFiles of) {
        TreeMap<String, byte[]> contents = of.contents(MEMORY.getParent());
        contents.values().removeIf(bytes -> bytes == null);
        return contents;
    }

    /** The directories with rows: the memories, and their snapshots, below {@code /disk}. */
    static List<String> containers(Map<String, byte[]> contents) {
        return contents.keySet().stream()
                .filter(name -> name.endsWith("/memory.engram"))
                .map(name -> name.substring(0, name.lastIndexOf('/')))
                .toList();
    }

    /** The rows of a container's window, by sequence, read as FORMAT.md says and by nothing of the library's. */
    TreeMap<Long, byte[]> rows(Map<String, byte[]> contents, String container) throws IOException {
        SegmentGeometry geometry = geometry();
        TreeMap<Long, byte[]> rows = new TreeMap<>();
        contents.forEach((name, bytes) -> {
            if (name.startsWith(container + "/segments/") && name.endsWith(".seg")) {
                ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < SEGMENT_ROWS; i++) {
                    int at = 4096 + i * geometry.stride();
                    long stamp = file.getLong(at);
                    long sequence = file.getLong(40) * SEGMENT_ROWS + i;
                    if ((stamp & 7) == 2 && stamp >>> 8 == sequence) {
                        byte[] row = new byte[geometry.rowLength()];
                        file.get(at, row);
                        rows.put(sequence, row);
                    }
                }
            }
        });
        Path manifest = MEMORY.getParent().resolve(container).resolve(ManifestDescriptor.FILE_NAME);
        if (contents.containsKey(container + "/" + ManifestDescriptor.FILE_NAME)) {
            rows.headMap(ManifestCodec.read(files, manifest).cut().tail()).clear();
        } else {
            rows.headMap(rows.lastKey() + 1 - CAPACITY).clear();
        }
        return rows;
    }

    /** Goes on with another disk. */
    void replace(SimulatedFiles other) {
        files = other;
    }

    @Override
    public void close() {
        files.close();
    }
}
