package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.engram.replay.Batch;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Queries that are answered from the journal. */
class CatalogueTest {
    private static final int CAPACITY = 300;

    private long now = 5_000_000;

    @TempDir
    Path place;

    private OffHeapMemoryBuilder builder(RowLayout layout) {
        return OffHeapReplayMemory.builder(LabelledHistory.schema(layout), CAPACITY)
                .segmentRows(16)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .clock(() -> now);
    }

    private LabelledHistory history(OffHeapReplayMemory memory, long seed) {
        return new LabelledHistory(memory, seed, () -> now += 7);
    }

    @ParameterizedTest
    @EnumSource
    void everyQueryIsAPlainFilterOverAllEpisodes(RowLayout layout) {
        try (OffHeapReplayMemory memory =
                builder(layout).storage(Storage.VOLATILE).open()) {
            CatalogueOracle.assertAgrees(memory, now);
            LabelledHistory history = history(memory, 1);
            for (int i = 0; i < 20; i++) {
                history.play(60);
                CatalogueOracle.assertAgrees(memory, now);
            }
            assertThat(memory.catalogue().isIndexed()).isFalse();
            assertThat(memory.catalogue().snapshots()).isEmpty();
            assertThat(memory.catalogue().origin()).isEmpty();
        }
    }

    @Test
    void snapshotsAndReopenedMemoriesAnswerTheSame() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory =
                builder(RowLayout.ARRIVAL).directory(directory).open()) {
            history(memory, 2).play(600);
            memory.snapshot("first");
            memory.beginSnapshot(SnapshotRequest.named("second").step(7)).await();
            assertThat(memory.catalogue().snapshots())
                    .extracting(
                            each -> each.name() + " " + each.number() + " " + each.step() + " " + each.endSequence())
                    .containsExactly(
                            "first 1 -1 " + memory.stats().appendedRows(),
                            "second 2 7 " + memory.stats().appendedRows());
            assertThat(memory.catalogue().snapshots())
                    .isEqualTo(Snapshots.of(directory).list());
        }
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, "second")) {
            CatalogueOracle.assertAgrees(snapshot, System.currentTimeMillis());
            assertThat(snapshot.catalogue().snapshots()).isEmpty();
            assertThat(snapshot.catalogue().origin().orElseThrow().name()).isEqualTo("second");
        }
        Path fork = place.resolve("fork");
        Snapshots.of(directory).fork("first", fork);
        try (OffHeapReplayMemory forked =
                builder(RowLayout.ARRIVAL).directory(fork).open()) {
            CatalogueOracle.assertAgrees(forked, now);
            assertThat(forked.catalogue().origin().orElseThrow().name()).isEqualTo("first");
        }
        try (OffHeapReplayMemory memory =
                builder(RowLayout.ARRIVAL).directory(directory).open()) {
            CatalogueOracle.assertAgrees(memory, now);
        }
    }

    @Test
    void badQueriesAreRefused() {
        OffHeapReplayMemory memory =
                builder(RowLayout.ARRIVAL).storage(Storage.VOLATILE).open();
        Catalogue catalogue = memory.catalogue();
        assertThatThrownBy(() -> catalogue.bySubject(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kind=SUBJECT");
        assertThatThrownBy(() -> catalogue.bestByReturn(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count=0");
        assertThatThrownBy(() -> catalogue.startedBetween(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> catalogue.olderThan(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("age=");
        memory.close();
        assertThatThrownBy(() -> catalogue.byTag("a")).isInstanceOf(MemoryClosedException.class);
        assertThatThrownBy(catalogue::snapshots).isInstanceOf(MemoryClosedException.class);
    }

    @Test
    void batchesOfSomeEpisodesAllocateNothingOnceWarm() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (OffHeapReplayMemory memory =
                builder(RowLayout.ARRIVAL).storage(Storage.VOLATILE).open()) {
            history(memory, 3).play(600);
            try (Sampler sampler = memory.sampler(SamplerSpec.uniform("some", 32)
                    .episodes(EpisodeFilter.withTag(LabelledHistory.tag(0)).refreshedEvery(1_000_000))
                    .build())) {
                Batch batch = sampler.newBatch();
                long least = Long.MAX_VALUE;
                for (int i = 0; i < 20; i++) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int each = 0; each < 500; each++) {
                        sampler.sample(batch);
                    }
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
                assertThat(least).isZero();
            }
        }
    }
}
