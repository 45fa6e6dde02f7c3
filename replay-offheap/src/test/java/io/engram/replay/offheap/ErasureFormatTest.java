package io.engram.replay.offheap;

import static io.engram.replay.offheap.internal.store.ErasureDescriptor.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.offheap.internal.erasure.ErasureCodec;
import io.engram.replay.offheap.internal.erasure.ErasureRecord;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.erasure.FileOutcome;
import io.engram.replay.offheap.internal.erasure.KinState;
import io.engram.replay.offheap.internal.erasure.KnownEpisode;
import io.engram.replay.offheap.internal.erasure.LiveWindow;
import io.engram.replay.offheap.internal.erasure.Selection;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** FORMAT.md says of records of erasures what the code does; a record is read as it was written, or refused. */
class ErasureFormatTest {
    private static final Path FILE_NAME = Path.of("/disk/memory/erasure/x.erasure");
    private static final String SUBJECT = "a name to be forgotten";
    private static final String HASH = "0123456789abcdef".repeat(4);

    private final FormatDocument document = new FormatDocument();

    private static ErasureRecord pending() {
        return ErasureRecord.pending(
                new UUID(1, 2), new UUID(3, 4), 5, Selection.ofText(Selection.Kind.SUBJECT, SUBJECT), 77);
    }

    private static ErasureRecord full(ErasureRecord record) {
        return record.withKnown(List.of(new KnownEpisode(6, -7)), new LiveWindow(76, 77, 78))
                .withOutcomes(8, 9, List.of(new FileOutcome("segments/a.seg", 1, 2, 3, true, HASH, HASH, "a note")))
                .withKin(List.of(new KinState("/disk/fork", KinState.State.NOT_FOUND)));
    }

    @Test
    void tablesAreThoseOfTheCode() {
        Map<String, Integer> header = new LinkedHashMap<>();
        header.put("magic", MAGIC_OFFSET);
        header.put("version", VERSION_OFFSET);
        header.put("crc32c", CRC_OFFSET);
        header.put("memory id", MEMORY_ID_OFFSET);
        header.put("request", REQUEST_OFFSET);
        header.put("requested", REQUESTED_OFFSET);
        header.put("finished", FINISHED_OFFSET);
        header.put("state", STATE_OFFSET);
        header.put("kind", KIND_OFFSET);
        header.put("hash", HASH_OFFSET);
        header.put("from", FROM_OFFSET);
        header.put("to", TO_OFFSET);
        header.put("rows", ROWS_OFFSET);
        header.put("episodes", EPISODES_OFFSET);
        header.put("next episode", NEXT_EPISODE_OFFSET);
        header.put("tail", TAIL_OFFSET);
        header.put("head", HEAD_OFFSET);
        header.put("entries", ENTRIES_OFFSET);
        header.put("zeros", ENTRIES_OFFSET + Integer.BYTES);
        requireFields("Erasure record", header, 0, HEADER_LENGTH);
        requireFields(
                "Erasure entry",
                Map.of("length", ENTRY_LENGTH_OFFSET, "type", ENTRY_TYPE_OFFSET, "body", BODY_OFFSET),
                0,
                BODY_OFFSET);
        Map<String, Integer> file = new LinkedHashMap<>();
        file.put("erased", ERASED_OFFSET);
        file.put("scrubbed", SCRUBBED_OFFSET);
        file.put("survivors", SURVIVORS_OFFSET);
        file.put("final", FINAL_OFFSET);
        file.put("before", BEFORE_OFFSET);
        file.put("after", AFTER_OFFSET);
        file.put("path length", PATH_LENGTH_OFFSET);
        file.put("note length", NOTE_LENGTH_OFFSET);
        file.put("path", PATH_OFFSET);
        requireFields("Erasure entry FILE", file, BODY_OFFSET, PATH_OFFSET);
        Map<String, Integer> types = new LinkedHashMap<>();
        document.table("Erasure entry", "value")
                .lines()
                .forEach(line -> types.put(line.get("type"), line.number("value")));
        assertThat(types)
                .isEqualTo(Map.of(
                        "EPISODES",
                        EPISODES,
                        "TEXT",
                        TEXT,
                        "FILE",
                        FILE,
                        "KIN",
                        KIN,
                        "UNREACHED",
                        UNREACHED,
                        "KNOWN",
                        KNOWN));
        byte[] magic = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .array();
        assertThat(document.table("Erasure record", "offset").lines().get(0).get("meaning"))
                .isEqualTo("the bytes `" + new String(magic, StandardCharsets.US_ASCII) + "`");
        assertThat(MAX_LENGTH).isEqualTo(1 << 30);
    }

    private void requireFields(String heading, Map<String, Integer> expected, int begin, int lastEnd) {
        Map<String, Integer> documented = new LinkedHashMap<>();
        int end = begin;
        for (FormatDocument.Line line : document.table(heading, "offset").lines()) {
            documented.put(line.get("field"), line.number("offset"));
            assertThat(line.number("offset")).as("%s: %s", heading, line).isEqualTo(end);
            end += line.get("length").equals("\u2013") ? 0 : line.number("length");
        }
        assertThat(documented).as(heading).isEqualTo(expected);
        assertThat(end).as(heading).isEqualTo(lastEnd);
    }

    @Test
    void recordIsReadAsItWasWritten() {
        List<Selection> selections = List.of(
                Selection.ofText(Selection.Kind.STREAM, "s"),
                Selection.ofEpisodes(List.of(3L, 1L, 1L << 40)),
                Selection.ofSequences(5, 1L << 50));
        assertThat(ErasureCodec.decode(FILE_NAME, ErasureCodec.encode(full(pending()))))
                .isEqualTo(full(pending()));
        for (Selection selection : selections) {
            ErasureRecord record = ErasureRecord.pending(new UUID(1, 2), new UUID(3, 4), 5, selection, -1);
            ErasureRecord read = ErasureCodec.decode(FILE_NAME, ErasureCodec.encode(record));
            assertThat(read).isEqualTo(record);
            assertThat(read.selection()).isEqualTo(selection);
        }
        ErasureRecord finished = full(pending()).asFinished(99, List.of("trained weights"));
        assertThat(ErasureCodec.decode(FILE_NAME, ErasureCodec.encode(finished)))
                .isEqualTo(finished);
    }

    @Test
    void everyDamagedByteIsFound() {
        byte[] bytes = ErasureCodec.encode(full(pending())).array();
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 4;
            assertThatThrownBy(() -> ErasureCodec.decode(
                            FILE_NAME, ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN)))
                    .as("byte %d", i)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(FILE_NAME.toString());
        }
    }

    /** Killed anywhere, there is the old record or the new one; in the end the name is nowhere. */
    @Test
    void finishedRecordHoldsNoNameAndReplacesThePendingOneAtOnce() throws IOException {
        Path memory = Path.of("/disk/memory");
        try (SimulatedFiles files = new SimulatedFiles()) {
            files.createDirectories(memory);
            ErasureShelf shelf = new ErasureShelf(files, memory);
            shelf.write(full(pending()));
            assertThat(shelf.pending()).containsExactly(full(pending()));
            ErasureRecord finished = full(pending()).asFinished(99, List.of());
            files.watchedBy(new WatchedFiles.Watch() {
                @Override
                public void before(WatchedFiles.Operation operation) {
                    try (SimulatedFiles left = files.copy()) {
                        ErasureShelf found = new ErasureShelf(left, memory);
                        assertThat(found.all()).hasSize(1).allMatch(each -> each.equals(finished) || each.isPending());
                        ErasureRecord before = found.all().get(0);
                        found.mend();
                        assertThat(found.all()).containsExactly(before);
                        assertThat(left.contents(memory.resolve(ErasureDescriptor.DIRECTORY)))
                                .hasSize(1);
                    }
                }
            });
            shelf.write(finished);
            files.watchedBy(new WatchedFiles.Watch() {});
            assertThat(shelf.find(finished.request())).contains(finished);
            files.contents(memory).values().stream()
                    .filter(bytes -> bytes != null)
                    .forEach(bytes -> assertThat(new String(bytes, StandardCharsets.UTF_8))
                            .doesNotContain(SUBJECT));
        }
    }

    @Test
    void selectionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Selection.ofText(Selection.Kind.TAG, ""))
                .hasMessage("kind=TAG with a text of length=0, expected the name that is chosen by");
        assertThatThrownBy(() -> Selection.ofEpisodes(List.of()))
                .hasMessage("kind=EPISODES with episodes=0, expected at least one");
        assertThatThrownBy(() -> Selection.ofEpisodes(List.of(-1L))).hasMessage("episode=-1, expected at least 0");
        assertThatThrownBy(() -> Selection.ofSequences(5, 5))
                .hasMessage("kind=SEQUENCES with sequences from=5 to=5, expected 0 <= from < to");
    }
}
