package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Windows;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.SumTree;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The leaves of a snapshot are copied a little later than its rows end. What has begun in between, at rows that were
 * there already, is not of the snapshot; and when it begins in a memory that was made of it, it must find its place.
 */
class LaterLeavesTest {
    private static final Path PLACE = Scenario.PLACE;

    private final SimulatedFiles files = Scenario.disk();

    @AfterEach
    void close() {
        files.close();
    }

    private OffHeapReplayMemory open(RowLayout layout, Path place, long incarnation) {
        return OffHeapReplayMemory.builder(Experience.schema(layout), 200)
                .directory(place)
                .segmentRows(4)
                .priorities(
                        PriorityIndex.proportional("default").build(),
                        PriorityIndex.rankBased("ranks").build(),
                        PriorityIndex.proportional("windows")
                                .windows(Windows.of(5).withStride(2))
                                .build(),
                        PriorityIndex.proportional("whole")
                                .windows(Windows.episodes(20))
                                .build())
                .files(files)
                .identity(new UUID(1, 2), incarnation)
                .withoutAutomaticUpkeep()
                .open();
    }

    @ParameterizedTest
    @EnumSource
    void whatBeginsBehindTheHeadIsNotOfTheSnapshot(RowLayout layout) {
        Path fork = PLACE.resolveSibling("fork");
        List<TreeSet<Long>> atTheHead;
        try (OffHeapReplayMemory memory = open(layout, PLACE, 1)) {
            ExperienceActor stalled = new ExperienceActor(memory, "stalled");
            ExperienceActor busy = new ExperienceActor(memory, "busy");
            stalled.begin();
            for (int i = 0; i < 3; i++) {
                stalled.step(false, false);
            }
            // Its rows are sealed by then.
            busy.play(60, 1);
            memory.upkeep().turn();
            memory.snapshot("earlier");
            // Into a segment that the snapshot has, too, no link is stored.
            stalled.step(false, false);
            busy.play(30, 2);
            memory.upkeep().turn();
            atTheHead = starts(memory);
            boolean[] later = {false};
            files.watchedBy(new WatchedFiles.Watch() {
                @Override
                public void before(Operation operation) {
                    boolean copies = operation.kind() == WatchedFiles.Kind.CREATE
                            && operation.path().toString().endsWith(".index");
                    if (copies && !later[0]) {
                        later[0] = true;
                        stalled.step(false, false);
                        stalled.step(false, false);
                        stalled.step(true, false);
                        busy.play(20, 3);
                    }
                }
            });
            memory.snapshot("s");
            assertThat(later[0]).isTrue();
            files.watchedBy(new WatchedFiles.Watch() {});
        }
        Snapshots snapshots = Snapshots.of(files, PLACE);
        snapshots.fork("s", fork);
        try (OffHeapReplayMemory memory = open(layout, fork, 2)) {
            assertThat(starts(memory)).isEqualTo(atTheHead);
            // Whoever draws what has not begun takes it out for good.
            try (ExperienceActor stalled =
                    new ExperienceActor(memory, "stalled", layout == RowLayout.ARRIVAL ? 5 : 4)) {
                for (int i = 0; i < 4; i++) {
                    stalled.step(false, false);
                }
                stalled.step(false, true);
            }
            memory.writer("busy").close();
            HeldPriorities.requireFor(memory, HeldRows.of(memory));
        }
    }

    /** The live leaves of each index. */
    private static List<TreeSet<Long>> starts(OffHeapReplayMemory memory) {
        return memory.indexes().all().stream()
                .map(index -> {
                    SumTree tree = index.tree();
                    TreeSet<Long> live = new TreeSet<>();
                    for (long sequence = 0; sequence < memory.ring().head(); sequence++) {
                        long word = tree.word((int) (sequence % tree.count()));
                        if (Leaf.isLive(word, Leaf.generation(sequence, tree.count()))) {
                            live.add(sequence);
                        }
                    }
                    return live;
                })
                .toList();
    }
}
