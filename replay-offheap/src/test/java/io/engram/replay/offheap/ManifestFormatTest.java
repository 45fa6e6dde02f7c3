package io.engram.replay.offheap;

import static io.engram.replay.offheap.internal.store.ManifestDescriptor.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** FORMAT.md says of a snapshot's manifest what the code does: every offset, length and value in its tables. */
class ManifestFormatTest {
    private static final Map<String, Integer> LENGTHS = Map.of("i32", 4, "u32", 4, "i64", 8, "u64", 8, "f64", 8);
    private static final String OPEN = "\u2013";

    private final FormatDocument document = new FormatDocument();
    private final Set<Integer> described = new HashSet<>();

    private static Map<String, Integer> header() {
        Map<String, Integer> fields = new LinkedHashMap<>();
        fields.put("magic", MAGIC_OFFSET);
        fields.put("version", VERSION_OFFSET);
        fields.put("crc32c", CRC_OFFSET);
        fields.put("memory id", MEMORY_ID_OFFSET);
        fields.put("incarnation", INCARNATION_OFFSET);
        fields.put("taken", TAKEN_OFFSET);
        fields.put("number", NUMBER_OFFSET);
        fields.put("step", STEP_OFFSET);
        fields.put("tail", TAIL_OFFSET);
        fields.put("head", HEAD_OFFSET);
        fields.put("next episode", NEXT_EPISODE_OFFSET);
        fields.put("newest policy", NEWEST_POLICY_OFFSET);
        fields.put("entries", ENTRIES_OFFSET);
        fields.put("name length", NAME_LENGTH_OFFSET);
        fields.put("name", NAME_OFFSET);
        return fields;
    }

    private static Map<String, Integer> stream() {
        Map<String, Integer> fields = new LinkedHashMap<>();
        fields.put("stream", STREAM_ID_OFFSET);
        fields.put("step", STEP_IN_EPISODE_OFFSET);
        fields.put("episode", EPISODE_OFFSET);
        fields.put("previous", PREVIOUS_OFFSET);
        fields.put("policy", POLICY_OFFSET);
        fields.put("first", FIRST_OFFSET);
        fields.put("transitions", TRANSITIONS_OFFSET);
        fields.put("reward", REWARD_OFFSET);
        fields.put("label length", LABEL_LENGTH_OFFSET);
        fields.put("state length", STATE_LENGTH_OFFSET);
        fields.put("label and state", LABEL_OFFSET);
        return fields;
    }

    @Test
    void headerIsAsTheDocumentSays() {
        requireFields("Manifest", header(), 0, HEADER_LENGTH);
        assertThat(line("Manifest", "field", "magic").get("meaning")).isEqualTo("the bytes `" + text(MAGIC) + "`");
        assertThat(line("Manifest", "field", "version").number("meaning")).isEqualTo(VERSION);
        assertThat(line("Manifest", "field", "crc32c").get("meaning")).isEqualTo("of the whole file");
        assertThat(line("Manifest", "field", "name").number("length")).isEqualTo(MAX_NAME_LENGTH);
        assertThat(MAX_LENGTH).isEqualTo(256 << 20);
    }

    @Test
    void entriesAreAsTheDocumentSays() {
        requireFields(
                "Entry",
                Map.of("length", ENTRY_LENGTH_OFFSET, "type", ENTRY_TYPE_OFFSET, "body", BODY_OFFSET),
                0,
                BODY_OFFSET);
        requireFields(
                "Entry FILE",
                Map.of(
                        "private", PRIVATE_OFFSET,
                        "crc32c", FILE_CRC_OFFSET,
                        "file length", FILE_LENGTH_OFFSET,
                        "stored", STORED_OFFSET,
                        "path length", PATH_LENGTH_OFFSET,
                        "path", PATH_OFFSET),
                BODY_OFFSET,
                PATH_OFFSET);
        requireFields("Entry STREAM", stream(), BODY_OFFSET, LABEL_OFFSET);
        requireFields(
                "Entry SAMPLER",
                Map.of(
                        "name length", OWNER_LENGTH_OFFSET,
                        "steps", STEPS_OFFSET,
                        "random", RANDOM_OFFSET,
                        "batches", BATCHES_OFFSET,
                        "gamma", GAMMA_OFFSET,
                        "name", SAMPLER_NAME_OFFSET),
                BODY_OFFSET,
                SAMPLER_NAME_OFFSET);
        requireFields(
                "Entry INDEX",
                Map.of(
                        "name length", OWNER_LENGTH_OFFSET,
                        "zeros", OWNER_LENGTH_OFFSET + Integer.BYTES,
                        "least", LEAST_OFFSET,
                        "name", INDEX_NAME_OFFSET),
                BODY_OFFSET,
                INDEX_NAME_OFFSET);
    }

    @Test
    void everyOffsetOfTheCodeIsInTheDocument() {
        headerIsAsTheDocumentSays();
        entriesAreAsTheDocumentSays();
        assertThat(Arrays.stream(ManifestDescriptor.class.getFields())
                        .filter(field -> field.getName().endsWith("_OFFSET"))
                        .map(ManifestFormatTest::value))
                .allMatch(described::contains);
    }

    @Test
    void typesOfEntriesAreThoseOfTheDocument() {
        Map<String, Integer> types = new LinkedHashMap<>();
        document.table("Entry", "value").lines().forEach(line -> types.put(line.get("type"), line.number("value")));
        assertThat(types).isEqualTo(Map.of("FILE", FILE, "STREAM", STREAM, "SAMPLER", SAMPLER, "INDEX", INDEX));
    }

    /** Every offset is the code's, none is left out, and each field ends where the next begins. */
    private void requireFields(String heading, Map<String, Integer> expected, int begin, int lastEnd) {
        List<FormatDocument.Line> lines = document.table(heading, "offset").lines();
        Map<String, Integer> documented = new LinkedHashMap<>();
        int end = begin;
        for (FormatDocument.Line line : lines) {
            documented.put(line.get("field"), line.number("offset"));
            described.add(line.number("offset"));
            assertThat(line.number("offset")).as("%s: %s", heading, line).isEqualTo(end);
            if (!line.get("length").equals(OPEN)) {
                end += line.number("length");
                assertThat(line.number("length"))
                        .as("%s: %s", heading, line)
                        .isEqualTo(LENGTHS.getOrDefault(line.get("type"), line.number("length")));
            }
        }
        assertThat(documented).as(heading).isEqualTo(expected);
        assertThat(end).as(heading).isEqualTo(lastEnd);
    }

    private FormatDocument.Line line(String heading, String column, String value) {
        return document.table(heading, column).lines().stream()
                .filter(line -> line.get(column).equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no '" + value + "' below " + heading));
    }

    private static int value(Field field) {
        try {
            return field.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(long magic) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(magic)
                .array();
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
