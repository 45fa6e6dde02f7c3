package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.Episode;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of subjects, a tenth of whom are erased: by every kind of request, while episodes are open, with the
 * process dying in the middle again and again. In the end no byte of them is in any file of the memory, its snapshots,
 * its forks and a fork that was restored; and everybody else is there, byte for byte.
 */
class EraseCanaryTest {
    private static final int CAPACITY = 4_000;
    private static final int SEGMENT_ROWS = 128;
    private static final int KILLS = 12;
    private static final List<String> TAGS = List.of("tag-3", "tag-17", "tag-31");
    private static final int FORKED = 1_000_000;
    private static final int RESTORED = 2_000_000;

    @TempDir
    Path place;

    private final SplitMix64 random = new SplitMix64(41);
    private final Canaries canaries = new Canaries(17);
    private final CanaryPlay play = new CanaryPlay(canaries, 5, 0);
    /** Every row that was in a place, by sequence; those of the memory whether its window has left them or not. */
    private final Map<String, SortedMap<Long, StoredRow>> told = new LinkedHashMap<>();

    /** What is told in forks, by the first subject that is new there. */
    private final Map<Integer, CanaryPlay> plays = new TreeMap<>();

    private final Set<Integer> gone = new TreeSet<>();
    private final Set<String> goneRows = new TreeSet<>();
    private RowLayout layout;

    @ParameterizedTest
    @EnumSource
    void noByteOfTheErasedIsLeftAndNoneOfTheOthersIsLost(RowLayout layoutOfRows) {
        layout = layoutOfRows;
        fill();
        fork("forked", "early", FORKED);
        fork("restored", "middle", RESTORED);
        restore();
        assertThat(canaries.find(place("memory")).names()).hasSizeGreaterThan(1_000);
        eraseAndDie();
        eraseOpenly();
        try (OffHeapReplayMemory memory = open("memory", true)) {
            told.get("memory").putAll(HeldRows.of(memory));
            requireUnsampled(memory, play);
        }
        assertThat(gone).hasSizeGreaterThan(play.next() / 10);
        eraseInForks();
        for (String fork : List.of("forked", "restored")) {
            try (OffHeapReplayMemory memory = open(fork, fork.equals("forked"))) {
                requireUnsampled(memory, play);
            }
        }
        System.out.printf(
                "layout=%s, subjects=%d, erased=%d, certificates=%d%n",
                layout,
                play.next(),
                gone.size(),
                Erasures.of(place("memory")).certificates().size());
        requireSurvivors();
        requireNothingLeft();
        requireProven();
    }

    private Path place(String name) {
        return place.resolve(name);
    }

    private OffHeapReplayMemory open(String name, boolean indexed) {
        OffHeapMemoryBuilder builder = builder(name, WatchedFiles.unsynced());
        return (indexed ? builder.catalogue(true) : builder.withoutAutomaticUpkeep()).open();
    }

    private OffHeapMemoryBuilder builder(String name, FileLayer files) {
        return OffHeapReplayMemory.builder(Canaries.schema(layout), CAPACITY)
                .segmentRows(SEGMENT_ROWS)
                .directory(place(name))
                .journalPages(PageDescriptor.MIN_LENGTH)
                .files(files)
                .priorities(CanaryPlay.indexes());
    }

    private void fill() {
        told.put("memory", new TreeMap<>());
        try (OffHeapReplayMemory memory = open("memory", true)) {
            play.in(memory);
            for (String snapshot : List.of("early", "middle", "late", "")) {
                play.steps(CAPACITY * 3 / 4);
                play.sampled(memory, 5);
                told.get("memory").putAll(HeldRows.of(memory));
                if (!snapshot.isEmpty()) {
                    memory.snapshot(snapshot);
                }
            }
        }
        for (String snapshot : List.of("early", "middle", "late")) {
            try (OffHeapReplayMemory memory = OffHeapReplayMemory.openSnapshot(place("memory"), snapshot)) {
                told.put("memory/snapshots/" + snapshot, HeldRows.of(memory));
            }
        }
    }

    /** A fork with rows of its own, whose numbers are those of others in the memory. */
    private void fork(String name, String snapshot, int first) {
        Snapshots.of(place("memory")).fork(snapshot, place(name));
        try (OffHeapReplayMemory memory = open(name, false)) {
            CanaryPlay own = new CanaryPlay(canaries, first, first).in(memory);
            plays.put(first, own);
            own.steps(600, memory);
            own.sampled(memory, 3);
            memory.snapshot("own");
            told.put(name + "/snapshots/own", HeldRows.of(memory));
            own.steps(300, memory);
            told.put(name, HeldRows.of(memory));
        }
    }

    /** Back to where episodes were open. */
    private void restore() {
        Snapshots.of(place("restored")).restore("own");
        told.put("restored", told.get("restored/snapshots/own"));
    }

    /** One subject after the other, and somewhere in the middle the process dies; the next one finishes it. */
    private void eraseAndDie() {
        int operations = 200;
        for (int i = 0; i < KILLS; i++) {
            FailingOperations death = FailingOperations.from(i == 0 ? Integer.MAX_VALUE : random.nextInt(operations));
            Counter counter = new Counter(death);
            FileLayer files = UnlockedFiles.of(WatchedFiles.watchedBy(counter));
            // Never closed: it dies.
            OffHeapReplayMemory memory =
                    builder("memory", files).withoutAutomaticUpkeep().open();
            play.in(memory).steps(80, memory);
            String stream = "stream-" + random.nextInt(CanaryPlay.STREAMS);
            play.step(stream, false);
            told.get("memory").putAll(HeldRows.of(memory));
            Set<Integer> subjects = Set.of(play.open().get(stream));
            long head = memory.ring().head();
            counter.start();
            boolean died = false;
            try {
                memory.erase(
                        ErasureRequest.subject(canaries.name(subjects.iterator().next())));
                assertThat(play.step(stream, false)).isEqualTo(StreamWriter.NO_ROW);
                assertThat(memory.ring().head()).isEqualTo(head);
                operations = counter.count;
            } catch (StorageException e) {
                died = true;
            }
            assertThat(died).as("died").isEqualTo(death.failed() != null);
            boolean asked = !new ErasureShelf(new NioFileLayer(), place("memory"))
                    .pending()
                    .isEmpty();
            if (asked || !died) {
                erase(subjects);
            }
        }
        try (OffHeapReplayMemory memory = open("memory", false)) {
            assertThat(new ErasureShelf(new NioFileLayer(), place("memory")).pending())
                    .isEmpty();
            requireUnsampled(memory, play.in(memory));
        }
        assertThat(gone).as("erased though the process died").hasSizeGreaterThan(KILLS / 2);
    }

    /** Counts operations from some moment on, and passes them on. */
    private static final class Counter implements WatchedFiles.Watch {
        private final FailingOperations death;
        private boolean started;
        private int count;

        Counter(FailingOperations death) {
            this.death = death;
        }

        void start() {
            started = true;
        }

        @Override
        public void before(WatchedFiles.Operation operation) throws IOException {
            if (started) {
                count++;
                death.before(operation);
            }
        }
    }

    private void erase(Set<Integer> subjects) {
        gone.addAll(subjects);
        play.erased(subjects);
    }

    private void eraseOpenly() {
        try (OffHeapReplayMemory memory = open("memory", true)) {
            play.in(memory).steps(200);
            try (Sampler sampler =
                    memory.sampler(SamplerSpec.prioritized("learner", 32).build())) {
                Batch batch = sampler.newBatch();
                for (Map.Entry<ErasureRequest, Set<Integer>> each :
                        requests(memory).entrySet()) {
                    ErasureRequest request = each.getKey();
                    erase(each.getValue());
                    PendingErasure pending = memory.beginErasure(request);
                    for (int i = 0; i < 20; i++) {
                        assertThat(CanaryPlay.subjects(canaries, sampler.sample(batch)))
                                .as("%s", request)
                                .doesNotContainAnyElementsOf(gone);
                    }
                    play.steps(20);
                    pending.await();
                }
            }
            told.get("memory").putAll(HeldRows.of(memory));
            eraseRange(memory, memory.ring().head() - 400, memory.ring().head() - 350);
            eraseRange(memory, 1_000, 1_100);
            requireUnsampled(memory, play);
            memory.snapshot("afterwards");
            told.put("memory/snapshots/afterwards", HeldRows.of(memory));
            play.steps(100);
        }
    }

    /** Of every kind but one, and who is meant: nothing new is about them from here on. */
    private Map<ErasureRequest, Set<Integer>> requests(OffHeapReplayMemory memory) {
        Map<ErasureRequest, Set<Integer>> requests = new LinkedHashMap<>();
        told.get("memory").putAll(HeldRows.of(memory));
        for (String tag : TAGS) {
            requests.put(
                    ErasureRequest.tag(tag),
                    among(subject -> CanaryPlay.tag(subject).equals(tag)));
        }
        requests.put(
                ErasureRequest.stream(CanaryPlay.RARE),
                among(subject -> play.stream(subject).equals(CanaryPlay.RARE)));
        Set<Integer> some = among(subject -> subject % 31 == 0);
        requests.put(ErasureRequest.episodes(episodes(memory, some)), some);
        for (int subject : among(subject -> subject % 101 == 0)) {
            requests.put(ErasureRequest.subject(canaries.name(subject)), Set.of(subject));
        }
        requests.values().forEach(play::erased);
        return requests;
    }

    /** What a tag or a stream means in forks, too. */
    private void eraseInForks() {
        plays.forEach((first, own) -> {
            for (int subject = first; subject < own.next(); subject++) {
                if (TAGS.contains(CanaryPlay.tag(subject))
                        || own.stream(subject).equals(CanaryPlay.RARE)) {
                    gone.add(subject);
                }
            }
        });
    }

    private Set<Integer> among(IntPredicate wanted) {
        return IntStream.range(0, play.next()).filter(wanted).boxed().collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<Long> episodes(OffHeapReplayMemory memory, Set<Integer> subjects) {
        Set<Long> numbers = new TreeSet<>();
        told.get("memory").values().stream()
                .filter(row -> subjects.contains(subject(row)))
                .forEach(row -> numbers.add(row.episode()));
        for (Episode episode : memory.episodes()) {
            if (subjects.contains(canaries.subject(episode.label().subject()))) {
                numbers.add(episode.number());
            }
        }
        return numbers;
    }

    private void eraseRange(OffHeapReplayMemory memory, long from, long to) {
        SortedMap<Long, StoredRow> rows = told.get("memory");
        for (StoredRow row : rows.subMap(from, to).values()) {
            goneRows.add(row.toString());
            if (layout == RowLayout.SELF_CONTAINED && row.back() > 0) {
                goneRows.add(rows.get(row.sequence() - row.back()).toString());
            }
        }
        memory.erase(ErasureRequest.sequences(from, to));
    }

    private int subject(StoredRow row) {
        Map<Integer, String> subjects = canaries.find(row.payload()).subjects();
        assertThat(subjects).hasSize(1);
        return subjects.keySet().iterator().next();
    }

    private boolean isGone(StoredRow row) {
        return gone.contains(subject(row)) || goneRows.contains(row.toString());
    }

    private void requireUnsampled(OffHeapReplayMemory memory, CanaryPlay by) {
        assertThat(by.sampled(memory, 10)).isNotEmpty().doesNotContainAnyElementsOf(gone);
        Set<Integer> listed = memory.episodes().stream()
                .map(episode -> canaries.subject(episode.label().subject()))
                .collect(Collectors.toSet());
        assertThat(listed).isNotEmpty().doesNotContainAnyElementsOf(gone);
        for (int subject : gone) {
            assertThat(memory.catalogue().bySubject(canaries.name(subject))).isEmpty();
        }
    }

    private void requireProven() {
        for (String name : List.of("memory", "forked", "restored")) {
            Erasures erasures = Erasures.of(place(name));
            assertThat(erasures.certificates()).hasSizeGreaterThan(KILLS / 2);
            for (ErasureCertificate certificate : erasures.certificates()) {
                assertThat(certificate.kin())
                        .extracting(ErasureCertificate.Kin::state)
                        .containsOnly("FINISHED");
                assertThat(erasures.verify(certificate.id()).findings())
                        .as("%s: %s", certificate, certificate.files())
                        .isEmpty();
            }
            CheckReport report = StoreCheck.of(place(name)).run();
            assertThat(report.isSound()).as("%s: %s", name, report.findings()).isTrue();
        }
    }

    /** Wherever they are, the rows that were there before are there, but for the erased ones, which are not. */
    private void requireSurvivors() {
        told.forEach((name, before) -> {
            Path directory = place(name);
            boolean snapshot = name.contains("/snapshots/");
            try (OffHeapReplayMemory memory = snapshot
                    ? OffHeapReplayMemory.openSnapshot(
                            directory.getParent().getParent(),
                            directory.getFileName().toString())
                    : open(name, false)) {
                TreeMap<Long, StoredRow> expected = new TreeMap<>(before);
                expected.headMap(memory.ring().tail(memory.ring().head())).clear();
                expected.values().removeIf(this::isGone);
                TreeMap<Long, StoredRow> held = HeldRows.of(memory);
                // What was appended after it was looked at.
                held.tailMap(before.lastKey(), false).clear();
                TreeMap<Long, StoredRow> more = new TreeMap<>(held);
                more.entrySet().removeAll(expected.entrySet());
                expected.entrySet().removeAll(held.entrySet());
                assertThat(expected).as("lost in %s", name).isEmpty();
                assertThat(more).as("left in %s", name).isEmpty();
            }
        });
    }

    private void requireNothingLeft() {
        Set<Integer> subjects = new TreeSet<>();
        Set<Long> states = new TreeSet<>();
        Set<Long> lost = new TreeSet<>();
        told.forEach((name, rows) -> rows.values()
                .forEach(row -> (isGone(row) ? lost : states)
                        .addAll(canaries.find(row.payload()).states().keySet())));
        lost.removeAll(states);
        requireNothingOf(lost);
        for (String name : List.of("memory/snapshots/early", "memory/snapshots/afterwards", "forked", "restored")) {
            Canaries.Found found = canaries.find(place(name));
            requireAll(found, told.get(name).values(), subjects);
        }
    }

    private void requireNothingOf(Collection<Long> lost) {
        assertThat(Files.isDirectory(place("memory").resolve("catalogue"))).isTrue();
        Canaries.Found found = canaries.find(place);
        found.subjects().keySet().retainAll(gone);
        found.names().keySet().retainAll(gone);
        found.states().keySet().retainAll(lost);
        assertThat(found.subjects()).as("states of the erased").isEmpty();
        assertThat(found.names()).as("names of the erased").isEmpty();
        assertThat(found.states()).as("erased states").isEmpty();
    }

    private void requireAll(Canaries.Found found, Collection<StoredRow> rows, Set<Integer> subjects) {
        for (StoredRow row : rows) {
            if (!isGone(row)) {
                subjects.add(subject(row));
                assertThat(found.states())
                        .containsKeys(
                                canaries.find(row.payload()).states().keySet().toArray(new Long[0]));
            }
        }
        assertThat(found.subjects().keySet()).containsAll(subjects);
        subjects.clear();
    }

    @ParameterizedTest
    @EnumSource
    void canariesAreFoundWhereTheyAre(RowLayout layoutOfRows) {
        layout = layoutOfRows;
        try (OffHeapReplayMemory memory = open("memory", false)) {
            play.in(memory).steps(50, memory);
            told.put("memory", HeldRows.of(memory));
        }
        requireAll(canaries.find(place), told.get("memory").values(), new TreeSet<>());
        gone.add(subject(told.get("memory").get(3L)));
        assertThatThrownBy(this::requireSurvivors).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> {
                    Files.createDirectories(place("memory").resolve("catalogue"));
                    requireNothingOf(Set.of());
                })
                .isInstanceOf(AssertionError.class);
    }
}
