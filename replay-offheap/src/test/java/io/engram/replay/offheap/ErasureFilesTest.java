package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.erasure.ErasureCheck;
import io.engram.replay.offheap.internal.erasure.ErasureRecord;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.erasure.FileEraser;
import io.engram.replay.offheap.internal.erasure.FileOutcome;
import io.engram.replay.offheap.internal.erasure.KinState;
import io.engram.replay.offheap.internal.erasure.LiveWindow;
import io.engram.replay.offheap.internal.erasure.Resolution;
import io.engram.replay.offheap.internal.erasure.SegmentGuard;
import io.engram.replay.offheap.internal.erasure.Selection;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Erasure in the files of closed memories: nothing of what was meant is left in any byte, what was not meant is there
 * as before, and a process that dies anywhere leaves what another run finishes.
 */
class ErasureFilesTest {
    private static final UUID REQUEST = new UUID(1, 2);
    private static final long NOW = 1_000_000;

    /** Does what the owner of a memory does. */
    private static ErasureRecord erase(FileLayer files, Path memory, Selection selection) throws IOException {
        Superblock superblock = Superblock.read(files, memory.resolve(SuperblockDescriptor.FILE_NAME));
        LiveWindow window = window(files, memory);
        ErasureShelf shelf = new ErasureShelf(files, memory);
        shelf.mend();
        ErasureRecord record = shelf.find(REQUEST)
                .orElseGet(() ->
                        ErasureRecord.pending(superblock.memoryId(), REQUEST, NOW, selection, LiveWindow.NOT_KNOWN));
        if (!record.isPending()) {
            return record;
        }
        shelf.write(record);
        FileEraser eraser = new FileEraser(files, memory, superblock, record.selection(), window, SegmentGuard.NONE);
        eraser.assume(record.known(), record.requested());
        Resolution resolution = eraser.resolve();
        record = record.withKnown(resolution.known(), window);
        shelf.write(record);
        shelf.leaveRequests(record);
        eraser.eraseRows();
        record = record.withOutcomes(0, resolution.live().episodes().size(), eraser.outcomes());
        shelf.write(record);
        eraser.zeroRows();
        record = record.withOutcomes(0, 0, eraser.outcomes());
        shelf.write(record);
        eraser.scrubJournals();
        eraser.scrubManifests();
        eraser.removeLeftovers();
        record = record.withKin(shelf.kin(record)).asFinished(NOW + 1, eraser.unreached());
        shelf.write(record);
        return record;
    }

    private static LiveWindow window(FileLayer files, Path memory) throws IOException {
        long head = 0;
        for (Path file : files.list(memory.resolve("segments"))) {
            try (FileLayer.OpenFile open = files.openForReading(file)) {
                ByteBuffer bytes = ByteBuffer.allocate((int) open.length()).order(ByteOrder.LITTLE_ENDIAN);
                open.read(bytes, 0);
                for (int i = 0; i < CanaryStore.SEGMENT_ROWS; i++) {
                    long stamp = bytes.getLong(SegmentGeometry.ROWS_OFFSET + i * stride(bytes));
                    long sequence = bytes.getLong(40) * CanaryStore.SEGMENT_ROWS + i;
                    boolean row = (stamp & 7) == 2 || (stamp & 7) == 5;
                    head = row && stamp >>> 8 == sequence ? Math.max(head, sequence + 1) : head;
                }
            }
        }
        return new LiveWindow(Math.max(0, head - CanaryStore.CAPACITY), head, Long.MAX_VALUE);
    }

    private static int stride(ByteBuffer segment) {
        return segment.getInt(52);
    }

    private static boolean contains(byte[] bytes, String text) {
        return contains(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (bytes[at] == wanted[0] && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /** What each window must hold afterwards, from what it held before. */
    private static Map<String, TreeMap<Long, byte[]>> rows(CanaryStore store) throws IOException {
        Map<String, byte[]> contents = store.contents();
        Map<String, TreeMap<Long, byte[]>> rows = new TreeMap<>();
        for (String container : CanaryStore.containers(contents)) {
            rows.put(container, store.rows(contents, container));
        }
        return rows;
    }

    private static void requireRows(
            Map<String, TreeMap<Long, byte[]>> before, CanaryStore store, Predicate<byte[]> gone) throws IOException {
        int[] removed = new int[1];
        rows(store).forEach((container, rows) -> {
            TreeMap<Long, byte[]> expected = new TreeMap<>(before.get(container));
            removed[0] += expected.size();
            expected.values().removeIf(gone);
            removed[0] -= expected.size();
            assertThat(expected).as(container).isNotEmpty();
            // Erased rows at either end do not move the window.
            assertThat(rows.keySet()).as(container).containsAll(expected.keySet());
            expected.forEach((sequence, row) -> assertThat(rows.get(sequence))
                    .as("%s: %d", container, sequence)
                    .isEqualTo(row));
            rows.forEach((sequence, row) ->
                    assertThat(gone.test(row)).as("%s: %d", container, sequence).isFalse());
        });
        assertThat(removed[0]).isPositive();
    }

    private static void requireSound(CanaryStore store) {
        for (Path memory : List.of(CanaryStore.MEMORY, CanaryStore.FORK)) {
            CheckReport report = StoreCheck.of(store.files(), memory).run();
            assertThat(report.isSound()).as(report.findings().toString()).isTrue();
        }
    }

    private static void requireOpens(CanaryStore store) {
        for (String name : List.of("early", "late", "after")) {
            try (OffHeapReplayMemory snapshot = ReadOnlyOpening.open(store.files(), CanaryStore.MEMORY, name)) {
                assertThat(snapshot.size()).as(name).isPositive();
            }
        }
        for (Path directory : List.of(CanaryStore.MEMORY, CanaryStore.FORK)) {
            try (OffHeapReplayMemory memory = store.open(directory)) {
                assertThat(memory.size()).isPositive();
            }
        }
    }

    private static void requireFinished(CanaryStore store, Path memory, String text) {
        ErasureRecord record =
                new ErasureShelf(store.files(), memory).find(REQUEST).orElseThrow();
        assertThat(record.isPending()).isFalse();
        assertThat(record.files()).isNotEmpty().allMatch(file -> file.before().equals(file.after()));
        ErasureCheck.Result result = new ErasureCheck(store.files(), memory, record, text).run();
        assertThat(result.findings()).isEmpty();
        assertThat(result.erasedRows()).isPositive();
        assertThat(result.digests()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void noByteOfASubjectIsLeftAnywhere(RowLayout layout) throws IOException {
        try (CanaryStore store = new CanaryStore(layout, 3)) {
            String erased = CanaryStore.canary(4);
            Selection selection = Selection.ofText(Selection.Kind.SUBJECT, erased);
            Map<String, TreeMap<Long, byte[]>> before = rows(store);
            requireTold(store, true, erased);

            ErasureRecord record = erase(store.files(), CanaryStore.MEMORY, selection);

            assertThat(record.kin())
                    .containsExactly(new KinState(CanaryStore.FORK.toString(), KinState.State.REQUESTED));
            ErasureRecord request = new ErasureShelf(store.files(), CanaryStore.FORK)
                    .find(REQUEST)
                    .orElseThrow();
            assertThat(request.selection()).isEqualTo(selection);
            erase(store.files(), CanaryStore.FORK, selection);
            assertThat(new ErasureShelf(store.files(), CanaryStore.MEMORY).kin(record))
                    .extracting(KinState::state)
                    .containsExactly(KinState.State.FINISHED);
            requireTold(store, false, erased);
            requireRows(before, store, row -> contains(row, erased));
            requireFinished(store, CanaryStore.MEMORY, erased);
            requireFinished(store, CanaryStore.FORK, erased);
            requireSound(store);
            requireOpens(store);
        }
    }

    /** The erased canary is somewhere, or nowhere; all others are where they should be. */
    private static void requireTold(CanaryStore store, boolean expected, String erased) {
        boolean found = false;
        Set<String> others = new HashSet<>();
        for (Map.Entry<String, byte[]> file : store.contents().entrySet()) {
            boolean here = contains(file.getValue(), erased);
            assertThat(here && !expected).as(file.getKey()).isFalse();
            found |= here;
            for (int i = 0; i < CanaryStore.SUBJECTS; i++) {
                if (contains(file.getValue(), CanaryStore.canary(i))) {
                    others.add(CanaryStore.canary(i));
                }
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(others).hasSize(CanaryStore.SUBJECTS - (expected ? 0 : 1));
    }

    @Test
    void noByteOfATagIsLeftAnywhere() throws IOException {
        try (CanaryStore store = new CanaryStore(RowLayout.ARRIVAL, 5)) {
            String tag = CanaryStore.tag(1);
            Selection selection = Selection.ofText(Selection.Kind.TAG, tag);
            Map<String, TreeMap<Long, byte[]>> before = rows(store);
            erase(store.files(), CanaryStore.MEMORY, selection);
            erase(store.files(), CanaryStore.FORK, selection);
            store.contents().forEach((name, bytes) -> {
                assertThat(contains(bytes, tag)).as(name).isFalse();
                for (int i = 1; i < CanaryStore.SUBJECTS; i += CanaryStore.TAGS) {
                    assertThat(contains(bytes, CanaryStore.canary(i))).as(name).isFalse();
                }
            });
            requireRows(before, store, row -> {
                boolean gone = false;
                for (int i = 1; i < CanaryStore.SUBJECTS; i += CanaryStore.TAGS) {
                    gone |= contains(row, CanaryStore.canary(i));
                }
                return gone;
            });
            requireFinished(store, CanaryStore.MEMORY, tag);
            requireSound(store);
            requireOpens(store);
        }
    }

    @Test
    void streamGoesWithAllItsEpisodes() throws IOException {
        try (CanaryStore store = new CanaryStore(RowLayout.ARRIVAL, 6)) {
            Selection selection = Selection.ofText(Selection.Kind.STREAM, "stream-1");
            Map<String, TreeMap<Long, byte[]>> before = rows(store);
            erase(store.files(), CanaryStore.MEMORY, selection);
            erase(store.files(), CanaryStore.FORK, selection);
            requireRows(before, store, row -> row[24] == 1);
            requireFinished(store, CanaryStore.MEMORY, "stream-1");
            requireSound(store);
            requireOpens(store);
        }
    }

    /** After a restore the same numbers were given again: what only has the number stays. */
    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void episodesOfOtherNamesAreNotMeantByANumber(RowLayout layout) throws IOException {
        try (CanaryStore store = new CanaryStore(layout, 8)) {
            Map<String, TreeMap<Long, byte[]>> before = rows(store);
            Map<Long, byte[]> live = before.get("memory");
            Map<Long, byte[]> old = before.get("memory/snapshots/late");
            Set<Long> numbers = new HashSet<>();
            live.values().forEach(row -> numbers.add(episode(row)));
            Set<Long> twice = new HashSet<>();
            old.values().stream()
                    .map(ErasureFilesTest::episode)
                    .filter(numbers::contains)
                    .forEach(twice::add);
            List<Long> chosen = numbers.stream().sorted().limit(6).toList();
            erase(store.files(), CanaryStore.MEMORY, Selection.ofEpisodes(chosen));
            Map<String, TreeMap<Long, byte[]>> after = rows(store);
            assertThat(after.get("memory").values()).noneMatch(row -> chosen.contains(episode(row)));
            before.get("memory/snapshots/late").forEach((sequence, row) -> {
                boolean same = Arrays.equals(row, live.get(sequence));
                assertThat(after.get("memory/snapshots/late").containsKey(sequence))
                        .as("%d", sequence)
                        .isEqualTo(!(same && chosen.contains(episode(row))));
            });
            System.out.printf("episodes with a number that stands for two: %d%n", twice.size());
            requireSound(store);
            requireOpens(store);
        }
    }

    private static long episode(byte[] row) {
        return ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).getLong(8);
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void statesOfARangeAreLeftNowhere(RowLayout layout) throws IOException {
        try (CanaryStore store = new CanaryStore(layout, 9)) {
            TreeMap<Long, byte[]> live = rows(store).get("memory");
            long from = live.firstKey() + 20;
            long to = from + 50;
            erase(store.files(), CanaryStore.MEMORY, Selection.ofSequences(from, to));
            erase(store.files(), CanaryStore.FORK, Selection.ofSequences(from, to));
            Map<String, byte[]> contents = store.contents();
            live.subMap(from, to).values().forEach(row -> {
                byte[] word = Arrays.copyOfRange(row, 40 + CanaryStore.CANARY, 40 + CanaryStore.CANARY + Long.BYTES);
                contents.forEach((name, bytes) ->
                        assertThat(contains(bytes, word)).as(name).isFalse());
            });
            TreeMap<Long, byte[]> left = rows(store).get("memory");
            assertThat(left.subMap(from, to)).isEmpty();
            assertThat(left.tailMap(to).size()).isEqualTo(live.tailMap(to).size());
            requireFinished(store, CanaryStore.MEMORY, null);
            requireSound(store);
            requireOpens(store);
        }
    }

    @Test
    void secondRunChangesNothing() throws IOException {
        try (CanaryStore store = new CanaryStore(RowLayout.ARRIVAL, 3)) {
            Selection selection = Selection.ofText(Selection.Kind.SUBJECT, CanaryStore.canary(4));
            ErasureRecord record = erase(store.files(), CanaryStore.MEMORY, selection);
            TreeMap<String, byte[]> first = store.contents();
            new ErasureShelf(store.files(), CanaryStore.MEMORY)
                    .write(ErasureRecord.pending(record.memoryId(), REQUEST, NOW, selection, Long.MAX_VALUE));
            ErasureRecord again = erase(store.files(), CanaryStore.MEMORY, selection);
            assertThat(again.files()).isEmpty();
            requireSame(store.contents(), first, "again");
        }
    }

    /** The records themselves apart: they say how much was found, and when. */
    private static void requireSame(TreeMap<String, byte[]> found, TreeMap<String, byte[]> expected, String moment) {
        // What was being written in the fork's directory is removed when the fork is opened.
        found.keySet().removeIf(name -> name.endsWith(".erasure") || name.endsWith(".request.tmp"));
        TreeMap<String, byte[]> wanted = new TreeMap<>(expected);
        wanted.keySet().removeIf(name -> name.endsWith(".erasure"));
        assertThat(found.keySet()).as(moment).isEqualTo(wanted.keySet());
        wanted.forEach((name, bytes) -> assertThat(Arrays.mismatch(found.get(name), bytes))
                .as("%s: first byte of %s that differs", moment, name)
                .isEqualTo(-1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Selection.Kind.class,
            names = {"SUBJECT", "EPISODES", "SEQUENCES"})
    void whereverTheProcessDiesAnotherRunEndsInTheSame(Selection.Kind kind) throws IOException {
        try (CanaryStore store = new CanaryStore(RowLayout.SELF_CONTAINED, 12)) {
            TreeMap<Long, byte[]> live = rows(store).get("memory");
            long first = live.firstKey();
            Selection selection = switch (kind) {
                case EPISODES ->
                    Selection.ofEpisodes(live.values().stream()
                            .map(ErasureFilesTest::episode)
                            .distinct()
                            .limit(5)
                            .toList());
                case SEQUENCES -> Selection.ofSequences(first + 5, first + 40);
                default -> Selection.ofText(kind, CanaryStore.canary(2));
            };
            TreeMap<String, byte[]> expected;
            try (SimulatedFiles whole = store.files().copy()) {
                erase(whole, CanaryStore.MEMORY, selection);
                expected = CanaryStore.contents(whole);
            }
            int[] kills = new int[1];
            store.files().watchedBy(new WatchedFiles.Watch() {
                @Override
                public void before(Operation operation) throws IOException {
                    boolean changes = operation.kind() != WatchedFiles.Kind.READ
                            && operation.kind() != WatchedFiles.Kind.LENGTH
                            && operation.kind() != WatchedFiles.Kind.MAP;
                    if (!changes) {
                        return;
                    }
                    kills[0]++;
                    try (SimulatedFiles left = store.files().copy()) {
                        erase(left, CanaryStore.MEMORY, selection);
                        requireSame(CanaryStore.contents(left), expected, "killed before " + operation);
                    }
                }
            });
            erase(store.files(), CanaryStore.MEMORY, selection);
            store.files().watchedBy(new WatchedFiles.Watch() {});
            System.out.printf("kind=%s kills=%d%n", kind, kills[0]);
            assertThat(kills[0]).isGreaterThan(50);
            requireSame(store.contents(), expected, "not killed");
        }
    }

    @Test
    void snapshotThatIsBeingErasedSaysSo() throws IOException {
        try (CanaryStore store = new CanaryStore(RowLayout.ARRIVAL, 3)) {
            Selection selection = Selection.ofText(Selection.Kind.SUBJECT, CanaryStore.canary(4));
            FileLayer files = store.files();
            Superblock superblock = Superblock.read(files, CanaryStore.MEMORY.resolve(SuperblockDescriptor.FILE_NAME));
            ErasureRecord record =
                    ErasureRecord.pending(superblock.memoryId(), REQUEST, NOW, selection, Long.MAX_VALUE);
            new ErasureShelf(files, CanaryStore.MEMORY).write(record);
            FileEraser eraser = new FileEraser(
                    files,
                    CanaryStore.MEMORY,
                    superblock,
                    selection,
                    window(files, CanaryStore.MEMORY),
                    SegmentGuard.NONE);
            eraser.resolve();
            eraser.eraseRows();
            assertThatThrownBy(() -> ReadOnlyOpening.open(store.files(), CanaryStore.MEMORY, "after"))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("an erasure is under way");
            assertThatThrownBy(() -> Snapshots.of(store.files(), CanaryStore.MEMORY)
                            .fork("after", CanaryStore.FORK.resolveSibling("other")))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("an erasure is under way");
            erase(files, CanaryStore.MEMORY, selection);
            requireOpens(store);
        }
    }

    /** What is planted is found: a proof that cannot fail is none. */
    @Test
    void leftoversAreFound() throws IOException {
        String erased = CanaryStore.canary(4);
        try (CanaryStore store = new CanaryStore(RowLayout.ARRIVAL, 3)) {
            Selection selection = Selection.ofText(Selection.Kind.SUBJECT, erased);
            TreeMap<String, byte[]> before = store.contents();
            ErasureRecord record = erase(store.files(), CanaryStore.MEMORY, selection);
            TreeMap<String, byte[]> after = store.contents();
            FileOutcome outcome = record.files().stream()
                    .filter(file -> file.isFinal() && file.erased() > 0 && file.survivors() > 0)
                    .findFirst()
                    .orElseThrow();
            String name = "memory/" + outcome.path();
            requireFound(store, record, erased, name, before.get(name), "no journal has the row's episode");
            byte[] changed = after.get(name).clone();
            SegmentGeometry geometry = store.geometry();
            int survivor = firstPublished(changed, geometry);
            changed[survivor + geometry.rowLength() - 1] ^= 1;
            requireFound(store, record, null, name, changed, "rows that stayed are not those");
            byte[] dirty = after.get(name).clone();
            int gone = firstErased(dirty, geometry);
            dirty[gone + 50] = 1;
            requireFound(store, record, null, name, dirty, "an erased row has bytes");
            byte[] markless = after.get(name).clone();
            Arrays.fill(markless, geometry.tombstonesOffset(), geometry.footerOffset(), (byte) 0);
            requireFound(store, record, null, name, markless, "has no tombstone");
            for (String page : before.keySet()) {
                if (page.startsWith("memory/") && page.endsWith(".page") && contains(before.get(page), erased)) {
                    requireFound(store, record, null, page, before.get(page), "the journal still has an episode");
                }
            }
            String manifest = "memory/snapshots/late/snapshot.engram";
            byte[] named = Arrays.copyOf(after.get(manifest), after.get(manifest).length + CanaryStore.CANARY);
            System.arraycopy(
                    erased.getBytes(StandardCharsets.UTF_8), 0, named, after.get(manifest).length, CanaryStore.CANARY);
            requireFound(store, record, erased, manifest, named, "the text that was erased is there still");
        }
    }

    private static void requireFound(
            CanaryStore store, ErasureRecord record, String text, String name, byte[] bytes, String words) {
        try (SimulatedFiles copy = store.files().copy()) {
            copy.put(CanaryStore.MEMORY.getParent().resolve(name), bytes);
            assertThat(new ErasureCheck(copy, CanaryStore.MEMORY, record, text)
                            .run()
                            .findings())
                    .as(name)
                    .anyMatch(finding -> finding.contains(words));
        }
    }

    private static int firstPublished(byte[] segment, SegmentGeometry geometry) {
        return first(segment, geometry, 2);
    }

    private static int firstErased(byte[] segment, SegmentGeometry geometry) {
        return first(segment, geometry, 5);
    }

    private static int first(byte[] segment, SegmentGeometry geometry, int state) {
        for (int i = 0; i < CanaryStore.SEGMENT_ROWS; i++) {
            int at = SegmentGeometry.ROWS_OFFSET + i * geometry.stride();
            if ((segment[at] & 7) == state) {
                return at;
            }
        }
        throw new AssertionError("no row of state=" + state);
    }
}
