package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.internal.priority.Mass;
import io.engram.replay.internal.priority.MaximumPriority;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.priority.IndexMemory;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.DirectoryLock;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FORMAT.md says what the code does: every offset, length, value and rule in its tables. */
class FormatDocumentTest {
    private static final Map<String, Integer> LENGTHS =
            Map.of("u8", 1, "i32", 4, "u32", 4, "i64", 8, "u64", 8, "f64", 8);

    @TempDir
    Path directory;

    private final FormatDocument document = new FormatDocument();

    @Test
    void everyTableIsHeldToTheCode() {
        // A new table needs a test below.
        assertThat(document.tables())
                .extracting(table -> table.heading() + ": " + table.columns().get(0))
                .containsExactly(
                        "The directory: name",
                        "Superblock: offset",
                        "Segment: part",
                        "Header page: offset",
                        "Footer page: offset",
                        "Row: offset",
                        "Stamp: bits",
                        "Stamp: state",
                        "Journal page: offset",
                        "Record: offset",
                        "Record: type",
                        "STREAM: offset",
                        "BEGIN: offset",
                        "END: offset",
                        "KEPT: offset",
                        "Priority index: part",
                        "Index header: offset",
                        "Maximum: offset",
                        "Leaf: bits",
                        "Snapshot: name",
                        "Manifest: offset",
                        "Entry: offset",
                        "Entry: type",
                        "Entry FILE: offset",
                        "Entry STREAM: offset",
                        "Entry SAMPLER: offset",
                        "Entry INDEX: offset",
                        // Held by ErasureFormatTest.
                        "Erasure record: offset",
                        "Erasure entry: offset",
                        "Erasure entry: type",
                        "Erasure entry FILE: offset",
                        // Held by RoundTripTest.
                        "Exported rows: column");
    }

    @Test
    void superblockIsAsTheDocumentSays() {
        requireOffsets("Superblock", offsets(SuperblockDescriptor.class, name -> name), Map.of("reserved", 52));
        requireMagic("Superblock", SuperblockDescriptor.MAGIC, SuperblockDescriptor.VERSION);
        assertThat(SuperblockDescriptor.MAX_LENGTH).isEqualTo(1 << 20);
    }

    @Test
    void headerPageIsAsTheDocumentSays() {
        Map<String, Integer> offsets = offsets(SegmentDescriptor.class, name -> isFooter(name) ? null : name);
        requireOffsets("Header page", offsets, Map.of());
        requireMagic("Header page", SegmentDescriptor.MAGIC, SegmentDescriptor.VERSION);
        requireChecksumEnds("Header page", SegmentDescriptor.HEADER_LENGTH);
    }

    @Test
    void footerPageIsAsTheDocumentSays() {
        Map<String, Integer> offsets = offsets(
                SegmentDescriptor.class,
                name -> List.of("magic", "version", "crc32c").contains(name)
                        ? name
                        : isFooter(name) ? name.replace("footer ", "") : null);
        requireOffsets("Footer page", offsets, Map.of());
        requireMagic("Footer page", SegmentDescriptor.FOOTER_MAGIC, SegmentDescriptor.VERSION);
        requireChecksumEnds("Footer page", SegmentDescriptor.FOOTER_LENGTH);
    }

    @Test
    void rowIsAsTheDocumentSays() {
        requireOffsets(
                "Row", offsets(RowDescriptor.class, name -> name), Map.of("payload", RowDescriptor.HEADER_LENGTH));
        FormatDocument.Line back = line("Row", "field", "back");
        assertThat(back.get("meaning")).contains(" 0 for none", RowDescriptor.BACK_TOO_FAR + " for too far");
        assertThat(RowDescriptor.back(9, -1)).isZero();
        assertThat(RowDescriptor.back(9, 4)).isEqualTo(5);
        assertThat(RowDescriptor.back(1L << 40, 4)).isEqualTo(RowDescriptor.BACK_TOO_FAR);
        for (int payload = 0; payload < 3000; payload += 8) {
            int length = 40 + payload;
            int rounded = (length + 63) / 64 * 64;
            boolean worthIt = 8 * (rounded - length) <= length || length <= 64;
            assertThat(RowDescriptor.stride(payload)).as("payload=%d", payload).isEqualTo(worthIt ? rounded : length);
        }
    }

    @Test
    void journalPageIsAsTheDocumentSays() {
        requireOffsets(
                "Journal page",
                offsets(PageDescriptor.class, name -> name.equals("seal") ? null : name),
                Map.of(
                        "zeros",
                        52,
                        "more zeros",
                        PageDescriptor.SEAL_END,
                        "first record",
                        PageDescriptor.HEADER_LENGTH));
        requireMagic("Journal page", PageDescriptor.MAGIC, PageDescriptor.VERSION);
        requireChecksumEnds("Journal page", PageDescriptor.CHECKED_LENGTH);
        assertThat(line("Journal page", "field", "length").get("meaning"))
                .endsWith(PageDescriptor.MIN_LENGTH + " to " + PageDescriptor.MAX_LENGTH);
    }

    @Test
    void journalRecordIsAsTheDocumentSays() {
        Map<String, Integer> all = offsets(RecordDescriptor.class, name -> name);
        requireRecord("Record", all, "word", "crc32c", "type", "stream");
        assertThat(line("Record", "field", "word").get("meaning")).endsWith("16 to " + RecordDescriptor.MAX_LENGTH);
        requireRecord("STREAM", all, "header", "name");
        requireRecord("BEGIN", all, "header", "episode", "begun", "policy", "head", "label");
        requireRecord(
                "END", all, "header", "episode", "ended", "first", "last", "length", "reward", "kind", "recovered");
        requireRecord("KEPT", all, "header", "first page", "next episode");
        Map<String, Integer> types = new TreeMap<>();
        document.table("Record", "value").lines().forEach(line -> types.put(line.get("type"), line.number("value")));
        assertThat(types)
                .isEqualTo(Map.of(
                        "STREAM", RecordDescriptor.STREAM,
                        "BEGIN", RecordDescriptor.BEGIN,
                        "END", RecordDescriptor.END,
                        "KEPT", RecordDescriptor.KEPT));
        assertThat(line("END", "field", "kind").get("meaning"))
                .isEqualTo(RecordDescriptor.TERMINATED + " TERMINATED, " + RecordDescriptor.TRUNCATED + " TRUNCATED, "
                        + RecordDescriptor.ABANDONED + " ABANDONED");
    }

    private void requireRecord(String heading, Map<String, Integer> all, String... fields) {
        Map<String, Integer> expected = new TreeMap<>();
        for (String field : fields) {
            expected.put(field, field.equals("header") ? Integer.valueOf(0) : all.get(field));
        }
        requireOffsets(heading, expected, Map.of());
    }

    @Test
    void stampIsAsTheDocumentSays() {
        Map<String, String> bits = document.table("Stamp", "bits").lines().stream()
                .collect(Collectors.toMap(line -> line.get("field"), line -> line.get("bits")));
        assertThat(bits).containsOnlyKeys("state", "flags", "sequence");
        assertThat(bits.get("state")).isEqualTo("0-" + (Stamp.FLAGS_SHIFT - 1));
        assertThat(bits.get("flags")).isEqualTo(Stamp.FLAGS_SHIFT + "-" + (Stamp.SEQUENCE_SHIFT - 1));
        assertThat(bits.get("sequence")).isEqualTo(Stamp.SEQUENCE_SHIFT + "-" + (Long.SIZE - 1));
        assertThat(line("Stamp", "field", "flags").get("meaning"))
                .isEqualTo("bit " + bit(RowFlags.FIRST) + " FIRST, bit " + bit(RowFlags.TERMINATED)
                        + " TERMINATED, bit " + bit(RowFlags.TRUNCATED) + " TRUNCATED, bits 6 and 7 reserved");
        Map<String, Integer> states = new TreeMap<>();
        for (FormatDocument.Line line : document.table("Stamp", "value").lines()) {
            states.put(line.get("state"), line.number("value"));
        }
        assertThat(states)
                .isEqualTo(Map.of(
                        "EMPTY", Stamp.EMPTY,
                        "WRITING", Stamp.WRITING,
                        "PUBLISHED", Stamp.PUBLISHED,
                        "ABANDONED", Stamp.ABANDONED,
                        "DEAD", Stamp.DEAD,
                        "ERASED", Stamp.ERASED));
    }

    @Test
    void partsOfASegmentAreWhereTheDocumentSays() {
        FormatDocument.Table table = document.table("Segment", "part");
        SplitMix64 random = new SplitMix64(5);
        for (int i = 0; i < 200; i++) {
            int payload = 8 * (1 + random.nextInt(300));
            SegmentGeometry geometry = SegmentGeometry.ofRows(payload, 1L << random.nextInt(14));
            Map<String, Integer> lengths = new LinkedHashMap<>();
            lengths.put("4096", 4096);
            lengths.put("rows x stride", geometry.rows() * geometry.stride());
            lengths.put("rows x 4", geometry.rows() * 4);
            lengths.put("rows / 8, rounded up", (geometry.rows() + 7) / 8);
            Map<String, Integer> begins = new LinkedHashMap<>();
            int end = 0;
            for (FormatDocument.Line line : table.lines()) {
                int begin = (end + 4095) / 4096 * 4096;
                begins.put(line.get("part"), begin);
                end = begin + lengths.get(line.get("length"));
                String documented = line.get("begins at");
                assertThat(documented).isEqualTo(begin <= 4096 ? Integer.toString(begin) : "the next multiple of 4096");
            }
            assertThat(begins)
                    .isEqualTo(Map.of(
                            "header", 0,
                            "rows", SegmentGeometry.ROWS_OFFSET,
                            "forward links", geometry.linksOffset(),
                            "tombstones", geometry.tombstonesOffset(),
                            "footer", geometry.footerOffset()));
            assertThat(geometry.length()).isEqualTo(end);
        }
    }

    @Test
    void indexHeaderIsAsTheDocumentSays() {
        Map<String, Integer> words = new TreeMap<>();
        List<String> names = List.of("historical", "recent", "before", "updates");
        for (int i = 0; i < MaximumPriority.WORDS; i++) {
            words.put(names.get(i), IndexMemory.MAXIMUM_OFFSET + i * Long.BYTES);
        }
        FormatDocument.Table maximum = document.table("Maximum", "offset");
        assertThat(maximum.lines().stream()
                        .collect(Collectors.toMap(line -> line.get("field"), line -> line.number("offset"))))
                .isEqualTo(words);
        requireOffsets(
                "Index header",
                offsets(IndexDescriptor.class, name -> name),
                Map.of("reserved", IndexDescriptor.TAIL_OFFSET + Integer.BYTES));
        requireMagic("Index header", IndexDescriptor.MAGIC, IndexDescriptor.VERSION);
        requireChecksumEnds("Index header", IndexDescriptor.HEADER_LENGTH);
        assertThat(IndexDescriptor.HEADER_LENGTH).isLessThanOrEqualTo(512);
        assertThat(line("Index header", "field", "name").number("length")).isEqualTo(IndexDescriptor.MAX_NAME_LENGTH);
    }

    @Test
    void partsOfAnIndexAreWhereTheDocumentSays() {
        assertThat(document.table("Priority index", "part").lines().stream()
                        .map(line -> line.get("part") + ": " + line.get("begins at") + ", " + line.get("length"))
                        .toList())
                .containsExactly(
                        "header: 0, 4096",
                        "leaves: 4096, leaves x 8",
                        "priorities: the next multiple of 4096, leaves x 8; rank-based indexes only");
        for (long capacity : new long[] {1, 1000, 12_345, 1 << 20, 1 << 27}) {
            int leaves = Leaves.count(capacity);
            assertThat(leaves).isEqualTo((int) Math.max(1024, (capacity + 64 + 63) / 64 * 64));
            long begin = (4096 + leaves * 8L + 4095) / 4096 * 4096;
            assertThat(IndexMemory.length(leaves, false)).isEqualTo(begin);
            assertThat(IndexMemory.length(leaves, true)).isEqualTo((begin + leaves * 8L + 4095) / 4096 * 4096);
        }
        assertThat(Leaves.count(Leaves.MAX_CAPACITY)).isEqualTo((1 << 27) + 64);
    }

    @Test
    void leafIsAsTheDocumentSays() {
        Map<String, String> bits = document.table("Leaf", "bits").lines().stream()
                .collect(Collectors.toMap(line -> line.get("field"), line -> line.get("bits")));
        assertThat(bits)
                .isEqualTo(Map.of(
                        "mass", "0-" + (Leaf.MASS_BITS - 1),
                        "dead", Integer.toString(Leaf.MASS_BITS),
                        "generation", Leaf.GENERATION_SHIFT + "-63"));
        assertThat(Leaf.generation(10 * 1024L, 1024)).isEqualTo(11);
        assertThat(Leaf.live(11, 5)).isEqualTo(11L << 37 | 5);
        assertThat(Leaf.dead(11)).isEqualTo(11L << 37 | 1L << 36);
        assertThat(Mass.MAX).isEqualTo(1L << 35);
        assertThat(Mass.SCALE).isEqualTo(1 << 20);
    }

    @Test
    void namesAreThoseInTheDocument() {
        List<String> names = document.table("The directory", "name").lines().stream()
                .map(line -> line.get("name"))
                .toList();
        assertThat(names)
                .containsExactly(
                        "`" + DirectoryLock.FILE_NAME + "`",
                        "`" + SuperblockDescriptor.FILE_NAME + "`",
                        "`" + JournalFiles.DIRECTORY + "/`",
                        "`" + SegmentDescriptor.DIRECTORY + "/`",
                        "`" + IndexDescriptor.DIRECTORY + "/`",
                        "`" + ManifestDescriptor.DIRECTORY + "/`",
                        "`" + ManifestDescriptor.RESUME_DIRECTORY + "/`",
                        "`" + ManifestDescriptor.RESTORE_DIRECTORY + "/`",
                        "`" + ErasureDescriptor.DIRECTORY + "/`",
                        "`" + SuperblockDescriptor.FILE_NAME + ".tmp`, `" + JournalFiles.DIRECTORY + "/*"
                                + JournalFiles.SUFFIX + ".tmp`, `" + SegmentDescriptor.DIRECTORY
                                + "/*.seg.tmp`, `" + IndexDescriptor.DIRECTORY + "/*" + IndexDescriptor.SUFFIX
                                + ".tmp`, `" + ManifestDescriptor.DIRECTORY + "/*.tmp`, `"
                                + ManifestDescriptor.RESTORE_DIRECTORY + ".tmp`");
    }

    /** The bytes that a memory wrote mean what the document says, whatever the descriptors say. */
    @Test
    void writtenFilesReadByTheDocumentMakeSense() {
        UUID id = new UUID(7, 9);
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 50)
                        .directory(directory)
                        .segmentRows(4)
                        .identity(id, 77)
                        .withoutAutomaticUpkeep()
                        .open();
                ExperienceActor actor = new ExperienceActor(memory, "name")) {
            for (int i = 0; i < 12; i++) {
                if (i % 6 == 0) {
                    actor.begin();
                } else {
                    actor.step(false, i % 6 == 5);
                }
            }
            memory.upkeep().turn();
        }
        DirectoryImage image = DirectoryImage.of(directory);
        ByteBuffer head = buffer(image, "memory.engram");
        assertThat(text(head, at("Superblock", "magic"), 8)).isEqualTo("ENGRAMEM");
        assertThat(head.getLong(at("Superblock", "memory id") + 8)).isEqualTo(9);
        assertThat(head.getLong(at("Superblock", "capacity"))).isEqualTo(50);
        assertThat(head.getInt(at("Superblock", "segment rows"))).isEqualTo(4);
        int schema = at("Superblock", "schema");
        assertThat(text(head, schema, head.capacity() - schema))
                .startsWith("layout arrival\nstate observation i64[8]\n");
        ByteBuffer segment = buffer(image, "segments/0000000000000000-000000000000004d-0000.seg");
        assertThat(text(segment, at("Header page", "magic"), 8)).isEqualTo("ENGRAMSG");
        assertThat(segment.getLong(at("Header page", "incarnation"))).isEqualTo(77);
        int stride = segment.getInt(at("Header page", "stride"));
        int row = 4096 + 3 * stride;
        assertThat(segment.getLong(row)).isEqualTo(3L << 8 | Stamp.PUBLISHED);
        assertThat(segment.getInt(row + at("Row", "step"))).isEqualTo(3);
        assertThat(segment.getInt(row + at("Row", "back"))).isEqualTo(1);
        assertThat(segment.getLong(row + at("Row", "payload"))).isEqualTo(Experience.stateWord("name", 4, 0));
        int footer = segment.capacity() - 4096;
        assertThat(text(segment, footer + at("Footer page", "magic"), 8)).isEqualTo("ENGRAMFT");
        assertThat(segment.getInt(footer + at("Footer page", "published"))).isEqualTo(4);
        assertThat(segment.getLong(footer + at("Footer page", "next episode"))).isEqualTo(1);
        assertThat(segment.getInt(footer + at("Footer page", "next stream"))).isEqualTo(1);
        ByteBuffer journal = buffer(image, "journal/0000000000000000-000000000000004d-0000.page");
        assertThat(text(journal, at("Journal page", "magic"), 8)).isEqualTo("ENGRAMJN");
        assertThat(journal.getInt(at("Journal page", "length"))).isEqualTo(journal.capacity());
        int stream = at("Journal page", "first record");
        assertThat(journal.getInt(stream + at("Record", "type"))).isEqualTo(1);
        assertThat(journal.getInt(stream)).isEqualTo(at("STREAM", "name") + 4);
        assertThat(text(journal, stream + at("STREAM", "name"), 4)).isEqualTo("name");
        int begin = stream + 24;
        assertThat(journal.getInt(begin + at("Record", "type"))).isEqualTo(2);
        assertThat(journal.getLong(begin + at("BEGIN", "episode"))).isZero();
        int end = begin + (journal.getInt(begin) + 7) / 8 * 8;
        assertThat(journal.getInt(end + at("Record", "type"))).isEqualTo(3);
        assertThat(journal.getLong(end + at("END", "last"))).isEqualTo(5);
        assertThat(journal.getLong(end + at("END", "length"))).isEqualTo(5);
        assertThat(journal.getInt(end + at("END", "kind"))).isEqualTo(2);
        assertThat(new PayloadLayout(Experience.schema(RowLayout.ARRIVAL)).length() + 40)
                .isLessThanOrEqualTo(stride);
    }

    private static ByteBuffer buffer(DirectoryImage image, String name) {
        return ByteBuffer.wrap(image.files().get(name)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.get(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int at(String heading, String field) {
        return line(heading, "field", field).number("offset");
    }

    private FormatDocument.Line line(String heading, String column, String value) {
        return document.table(heading, column).lines().stream()
                .filter(line -> line.get(column).equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no '" + value + "' below " + heading));
    }

    /** Every offset is the descriptor's, none is left out, and each field ends where the next begins. */
    private void requireOffsets(String heading, Map<String, Integer> expected, Map<String, Integer> undescribed) {
        Map<String, Integer> documented = new TreeMap<>();
        int end = 0;
        for (FormatDocument.Line line : document.table(heading, "offset").lines()) {
            documented.put(line.get("field"), line.number("offset"));
            assertThat(line.number("offset")).as("%s: %s", heading, line).isEqualTo(end);
            if (!line.get("length").equals("\u2013")) {
                end += line.number("length");
                Integer length = LENGTHS.get(line.get("type"));
                if (length != null) {
                    assertThat(line.number("length"))
                            .as("%s: %s", heading, line)
                            .isEqualTo(length);
                }
            }
        }
        Map<String, Integer> all = new TreeMap<>(expected);
        all.putAll(undescribed);
        assertThat(documented).as(heading).isEqualTo(all);
    }

    private void requireMagic(String heading, long magic, int version) {
        String bytes = new String(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(magic)
                        .array(),
                StandardCharsets.US_ASCII);
        assertThat(line(heading, "field", "magic").get("meaning")).isEqualTo("the bytes `" + bytes + "`");
        assertThat(line(heading, "field", "version").number("meaning")).isEqualTo(version);
    }

    private void requireChecksumEnds(String heading, int length) {
        assertThat(line(heading, "field", "crc32c").get("meaning")).isEqualTo("of bytes 0 to " + (length - 1));
    }

    private static boolean isFooter(String name) {
        return name.startsWith("footer ")
                || List.of("published", "abandoned", "next episode", "newest policy", "next stream", "digest")
                        .contains(name);
    }

    private static int bit(int flag) {
        return Stamp.FLAGS_SHIFT + Integer.numberOfTrailingZeros(flag);
    }

    /** The constants {@code X_Y_OFFSET} of a descriptor as {@code x y}; those without a new name are left out. */
    private static Map<String, Integer> offsets(Class<?> descriptor, Function<String, String> naming) {
        Map<String, Integer> offsets = new TreeMap<>();
        for (Field field : descriptor.getFields()) {
            if (field.getName().endsWith("_OFFSET") && Modifier.isStatic(field.getModifiers())) {
                String name =
                        field.getName().replace("_OFFSET", "").replace('_', ' ').toLowerCase(Locale.ROOT);
                String renamed = naming.apply(name.equals("crc") ? "crc32c" : name);
                if (renamed != null) {
                    try {
                        offsets.put(renamed, field.getInt(null));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
        return offsets;
    }
}
