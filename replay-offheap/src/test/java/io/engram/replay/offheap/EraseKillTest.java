package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The process dies, or the power goes, before and after every single operation of an erasure, and while the next
 * process finishes it. Either nobody was asked to erase anything, and all is there; or the next opening finishes it:
 * nothing of it is left in any file, all others are there in memory, snapshots and fork, and the opening after that
 * finds nothing to do.
 */
class EraseKillTest {
    private static final Path PLACE = Scenario.PLACE;
    private static final Path FORK = PLACE.resolveSibling("fork");
    private static final int CAPACITY = 60;

    private final SplitMix64 random = new SplitMix64(29);
    private final SimulatedFiles.Losses losses = new SimulatedFiles.Losses();
    private final Canaries canaries = new Canaries(3);
    private final CanaryPlay play = new CanaryPlay(canaries, 11, 0);
    /** By place: the rows before the erasure. */
    private final Map<String, TreeMap<Long, StoredRow>> before = new LinkedHashMap<>();

    private final Set<Integer> gone = new TreeSet<>();
    private final Set<String> goneRows = new TreeSet<>();
    private RowLayout layout;
    private long incarnation;
    private int operations;
    private int kills;
    private int cuts;
    private int unasked;

    enum What {
        SUBJECT,
        TAG,
        STREAM,
        EPISODES,
        SEQUENCES
    }

    static Stream<Arguments> cases() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(What.values()).map(what -> Arguments.of(layout, what)));
    }

    @AfterEach
    void print() {
        System.out.printf(
                "operations=%d, kills=%d, power cuts=%d, of which before it was asked for=%d%n",
                operations, kills, cuts, unasked);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void erasureIsFinishedWhereverTheProcessDiesOrThePowerGoes(RowLayout layoutOfRows, What what) {
        play(layoutOfRows, what, 100);
        assertThat(kills).isGreaterThan(3);
        assertThat(cuts).isGreaterThan(3);
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Tag("soak")
    void erasureIsFinishedAtEveryStep(RowLayout layoutOfRows, What what) {
        play(layoutOfRows, what, 1);
        assertThat(unasked).isPositive();
    }

    private void play(RowLayout layoutOfRows, What what, int every) {
        layout = layoutOfRows;
        try (SimulatedFiles files = Scenario.disk()) {
            try (OffHeapReplayMemory memory = open(files, PLACE)) {
                tell(memory, files);
                ErasureRequest request = request(memory, what);
                memory.sync();
                note(files, memory);
                files.settle();
                files.watchedBy(new Killer(files, every));
                memory.erase(request);
                files.watchedBy(new WatchedFiles.Watch() {});
            }
            try (SimulatedFiles left = files.copy()) {
                require(left);
            }
        }
    }

    private OffHeapReplayMemory open(SimulatedFiles files, Path place) {
        return OffHeapReplayMemory.builder(Canaries.schema(layout), CAPACITY)
                .directory(place)
                .segmentRows(8)
                .files(files)
                .identity(new UUID(1, 2), ++incarnation)
                .clock(() -> 1_000_000)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .priorities(CanaryPlay.indexes())
                .withoutAutomaticUpkeep()
                .open();
    }

    private void tell(OffHeapReplayMemory memory, SimulatedFiles files) {
        play.in(memory).steps(80, memory);
        memory.snapshot("early");
        Snapshots.of(files, PLACE).fork("early", FORK);
        play.steps(30, memory);
        memory.snapshot("late");
        play.steps(20, memory);
        play.step("stream-1", false);
        play.sampled(memory, 1);
    }

    private ErasureRequest request(OffHeapReplayMemory memory, What what) {
        TreeMap<Long, StoredRow> held = HeldRows.of(memory);
        int open = play.open().get("stream-1");
        long head = memory.ring().head();
        switch (what) {
            case SUBJECT, EPISODES -> gone.add(open);
            case TAG ->
                gone.addAll(held.values().stream()
                        .map(this::subject)
                        .filter(subject -> CanaryPlay.tag(subject).equals(CanaryPlay.tag(open)))
                        .toList());
            case STREAM -> {
                for (int subject = 0; subject < play.next(); subject++) {
                    if (play.stream(subject).equals("stream-1")) {
                        gone.add(subject);
                    }
                }
            }
            case SEQUENCES -> {
                for (StoredRow row : held.subMap(head - 20, head - 8).values()) {
                    goneRows.add(row.toString());
                    if (layout == RowLayout.SELF_CONTAINED && row.back() > 0) {
                        goneRows.add(held.get(row.sequence() - row.back()).toString());
                    }
                }
            }
        }
        return switch (what) {
            case SUBJECT -> ErasureRequest.subject(canaries.name(open));
            case TAG -> ErasureRequest.tag(CanaryPlay.tag(open));
            case STREAM -> ErasureRequest.stream("stream-1");
            case EPISODES ->
                ErasureRequest.episodes(memory.episodes().stream()
                        .filter(each -> canaries.name(open).equals(each.label().subject()))
                        .map(each -> each.number())
                        .toList());
            case SEQUENCES -> ErasureRequest.sequences(head - 20, head - 8);
        };
    }

    private int subject(StoredRow row) {
        return canaries.find(row.payload()).subjects().keySet().iterator().next();
    }

    private void note(SimulatedFiles files, OffHeapReplayMemory memory) {
        before.put("memory", HeldRows.of(memory));
        try (SimulatedFiles copy = files.copy()) {
            for (String snapshot : List.of("early", "late")) {
                try (OffHeapReplayMemory other = ReadOnlyOpening.open(copy, PLACE, snapshot)) {
                    before.put(snapshot, HeldRows.of(other));
                }
            }
            try (OffHeapReplayMemory other = open(copy, FORK)) {
                before.put("fork", HeldRows.of(other));
            }
        }
    }

    private void require(SimulatedFiles files) {
        boolean asked = !new ErasureShelf(files, PLACE).all().isEmpty();
        unasked += asked ? 0 : 1;
        try (OffHeapReplayMemory memory = open(files, PLACE)) {
            files.watchedBy(new WatchedFiles.Watch() {});
            requireRows("memory", memory, asked);
            assertThat(new ErasureShelf(files, PLACE).pending()).isEmpty();
            Set<Integer> sampled = play.sampled(memory, 2);
            assertThat(sampled).isNotEmpty();
            assertThat(!asked || sampled.stream().noneMatch(gone::contains)).isTrue();
        }
        for (String snapshot : List.of("early", "late")) {
            try (OffHeapReplayMemory other = ReadOnlyOpening.open(files, PLACE, snapshot)) {
                requireRows(snapshot, other, asked);
            }
        }
        if (asked) {
            assertThat(new ErasureShelf(files, FORK).all()).hasSize(1);
        }
        try (OffHeapReplayMemory other = open(files, FORK)) {
            requireRows(
                    "fork", other, asked || !new ErasureShelf(files, FORK).all().isEmpty());
        }
        for (Path each : List.of(PLACE, FORK)) {
            CheckReport report = StoreCheck.of(files, each).run();
            assertThat(report.isSound()).as("%s", report.findings()).isTrue();
        }
        if (asked) {
            requireNothingLeft(files);
            Map<String, byte[]> records = records(files);
            open(files, PLACE).close();
            StoredMemory.requireSame(records(files), records);
        }
        assertThat(files.mappings()).isZero();
    }

    private void requireRows(String name, OffHeapReplayMemory memory, boolean erased) {
        TreeMap<Long, StoredRow> expected = new TreeMap<>(before.get(name));
        if (erased) {
            expected.values().removeIf(this::isGone);
        }
        assertThat(HeldRows.of(memory)).as(name).isEqualTo(expected);
        HeldPriorities.requireOpenFor(memory, expected);
    }

    private boolean isGone(StoredRow row) {
        return gone.contains(subject(row)) || goneRows.contains(row.toString());
    }

    private void requireNothingLeft(SimulatedFiles files) {
        Set<Long> states = new TreeSet<>();
        Set<Long> lost = new TreeSet<>();
        before.values()
                .forEach(rows -> rows.values()
                        .forEach(row -> (isGone(row) ? lost : states)
                                .addAll(canaries.find(row.payload()).states().keySet())));
        lost.removeAll(states);
        Canaries.Found found = canaries.find(files.contents(PLACE.getParent()));
        assertThat(found.states()).containsKeys(states.toArray(new Long[0]));
        found.states().keySet().retainAll(lost);
        assertThat(found.states()).as("erased states").isEmpty();
        found.subjects().keySet().retainAll(gone);
        found.names().keySet().retainAll(gone);
        assertThat(found.subjects()).as("states of the erased").isEmpty();
        assertThat(found.names()).as("names of the erased").isEmpty();
    }

    private static Map<String, byte[]> records(SimulatedFiles files) {
        return files.contents(PLACE).entrySet().stream()
                .filter(each -> each.getKey().startsWith("erasure/") && each.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private final class Killer implements WatchedFiles.Watch {
        private final SimulatedFiles files;
        private final int every;

        Killer(SimulatedFiles files, int every) {
            this.files = files;
            this.every = every;
        }

        @Override
        public void before(Operation operation) {
            operations++;
            end("before " + operation);
        }

        @Override
        public void after(Operation operation) {
            files.writeBack(random);
            if (operation.kind() != WatchedFiles.Kind.READ && operation.kind() != WatchedFiles.Kind.LENGTH) {
                end("after " + operation);
            }
        }

        private void end(String moment) {
            if (random.nextInt(every) != 0) {
                return;
            }
            try {
                kills++;
                try (SimulatedFiles left = files.copy()) {
                    again(left);
                }
                cuts++;
                try (SimulatedFiles left = files.cut(random, losses)) {
                    again(left);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("kills=" + kills + ", cuts=" + cuts + ", " + moment, e);
            }
        }

        private void again(SimulatedFiles left) {
            if (random.nextInt(6) == 0) {
                left.watchedBy(new Recutter(left));
            }
            require(left);
        }
    }

    /** The power goes while the next process opens the memory. */
    private final class Recutter implements WatchedFiles.Watch {
        private final SimulatedFiles files;
        private boolean cut;

        Recutter(SimulatedFiles files) {
            this.files = files;
        }

        @Override
        public void after(Operation operation) {
            if (operation.kind() != WatchedFiles.Kind.READ && !cut && random.nextInt(40) == 0) {
                cut = true;
                cuts++;
                files.writeBack(random);
                try (SimulatedFiles left = files.cut(random, losses)) {
                    require(left);
                }
            }
        }
    }
}
