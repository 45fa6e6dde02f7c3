package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.MemoryStats;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.StreamWriter;
import io.engram.replay.TooFewTransitionsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a uniform sampler promises, apart from being uniform. */
public abstract class SamplerContract extends MemoryContract {
    private static final Duration FOR_EVER = Duration.ofDays(1_000_000);

    @ParameterizedTest
    @EnumSource
    void emptyMemoryIsTooFew(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 2).build());
        Batch batch = sampler.newBatch();
        assertThat(sampler.trySample(batch)).isFalse();
        assertThatThrownBy(() -> sampler.sample(batch))
                .isInstanceOf(TooFewTransitionsException.class)
                .hasMessageContainingAll("'learner'", "size=0", "minSize=1");
    }

    @ParameterizedTest
    @EnumSource
    void minSizeCountsRows(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        Sampler sampler =
                memory.sampler(SamplerSpec.uniform("learner", 2).minSize(3).build());
        Batch batch = sampler.newBatch();
        StreamWriter writer = memory.writer("a");
        begin(writer, 0);
        for (int i = 0; memory.size() < 2; i++) {
            step(writer, i, i);
        }
        assertThat(sampler.trySample(batch)).isFalse();
        assertThatThrownBy(() -> sampler.sample(batch))
                .isInstanceOf(TooFewTransitionsException.class)
                .hasMessageContainingAll("size=2", "minSize=3");
        step(writer, 9, 9);
        assertThat(sampler.trySample(batch)).isTrue();
        assertThat(sampler.sample(batch)).isSameAs(batch);
    }

    @Test
    void rowsWithoutATransitionAreTooFewHoweverMany() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 5);
        StreamWriter writer = memory.writer("a");
        Sampler sampler = memory.sampler(
                SamplerSpec.uniform("learner", 2).seed(5).minSize(3).build());
        Batch batch = sampler.newBatch();
        batch.column("observation").longs().put(0, -1);
        for (int i = 0; i < 12; i++) {
            begin(writer, i);
            assertThat(sampler.trySample(batch)).isFalse();
        }
        assertThatThrownBy(() -> sampler.sample(batch))
                .isInstanceOf(TooFewTransitionsException.class)
                .hasMessageContainingAll("size=5", "minSize=3");
        assertThat(sampler.state().random()).isEqualTo(5);
        assertThat(batch.column("observation").longs().get(0)).isEqualTo(-1);
        step(writer, 1, 12);
        assertThat(sequences(sampler.sample(batch))).containsOnly(11L);
    }

    @Test
    void minSizeBeyondTheCapacityIsRefused() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        SamplerSpec spec = SamplerSpec.uniform("learner", 2).minSize(11).build();
        assertThatThrownBy(() -> memory.sampler(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'learner'", "minSize=11", "capacity=10");
        memory.sampler(SamplerSpec.uniform("learner", 2).minSize(10).build()).close();
    }

    @ParameterizedTest
    @EnumSource
    void patientSamplerWaitsForTheTransition(RowLayout layout) throws InterruptedException {
        ReplayMemory memory = longs(layout, 10);
        Sampler sampler = memory.sampler(
                SamplerSpec.uniform("learner", 2).patience(FOR_EVER).build());
        Batch batch = sampler.newBatch();
        List<String> sampled = new ArrayList<>();
        Thread learner = new Thread(() -> sampled.add(text(sampler.sample(batch), 1)));
        learner.start();
        awaitWaiting(learner);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        step(writer, 1, 11);
        learner.join();
        assertThat(sampled).containsExactly("10 1 11");
    }

    @Test
    void patienceEndsWithTooFew() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        Sampler sampler = memory.sampler(
                SamplerSpec.uniform("learner", 2).patience(Duration.ofMillis(2)).build());
        Batch batch = sampler.newBatch();
        assertThatThrownBy(() -> sampler.sample(batch))
                .isInstanceOf(TooFewTransitionsException.class)
                .hasMessageContaining("patience=PT0.002S");
    }

    @Test
    void interruptEndsTheWait() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        Sampler sampler = memory.sampler(
                SamplerSpec.uniform("learner", 2).patience(FOR_EVER).build());
        Batch batch = sampler.newBatch();
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> sampler.sample(batch)).isInstanceOf(TooFewTransitionsException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalSeedsGiveEqualBatchesAndOthersDoNot(RowLayout layout) {
        ReplayMemory memory = longs(layout, 100);
        fill(memory, 300);
        assertThat(draw(memory, 7, 5)).isEqualTo(draw(memory, 7, 5)).isNotEqualTo(draw(memory, 8, 5));
    }

    @Test
    void drawsAreTheSameInEveryReleaseOnEveryJdk() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 100);
        fill(memory, 300);
        assertThat(draw(memory, 42, 1)).containsExactly(List.of(333L, 274L, 286L, 292L, 262L, 345L, 280L, 339L));
    }

    @ParameterizedTest
    @EnumSource
    void restoredRandomStateContinuesTheSequence(RowLayout layout) {
        ReplayMemory memory = longs(layout, 50);
        fill(memory, 70);
        Sampler first = memory.sampler(SamplerSpec.uniform("first", 16).seed(3).build());
        Sampler second =
                memory.sampler(SamplerSpec.uniform("second", 16).seed(4).build());
        assertThat(first.state().random()).isEqualTo(3);
        first.sample(first.newBatch());
        second.restore(first.state());
        assertThat(sequences(second.sample(second.newBatch()))).isEqualTo(sequences(first.sample(first.newBatch())));
        assertThat(second.state()).isEqualTo(first.state());
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheColumnsAskedForAreFilled(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        step(writer, 1, 11, true, false);
        for (String name : Columns.names(memory.schema())) {
            try (Sampler sampler =
                    memory.sampler(SamplerSpec.uniform("some", 3).columns(name).build())) {
                Batch batch = sampler.sample(sampler.newBatch());
                assertThat(batch.names()).containsExactly(name);
                assertThat(sampler.spec().columns()).containsExactly(name);
                long expected = List.of(10L, 1L, 11L, 1L, 0L)
                        .get(Columns.names(memory.schema()).indexOf(name));
                byte[] value = Values.get(batch.column(name), 2);
                assertThat(value[0]).as(name).isEqualTo((byte) expected);
                assertThatThrownBy(() -> batch.column("none"))
                        .isInstanceOf(SchemaException.class)
                        .hasMessageContainingAll("'none'", name);
            }
        }
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("some", 3)
                .columns("truncated", "next/observation")
                .build())) {
            assertThat(sampler.sample(sampler.newBatch()).names()).containsExactly("truncated", "next/observation");
        }
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("all", 3).build())) {
            assertThat(sampler.spec().columns()).isEqualTo(Columns.names(memory.schema()));
            assertThat(sampler.newBatch().names()).isEqualTo(Columns.names(memory.schema()));
        }
    }

    @Test
    void badColumnsAreRefusedAndTheNameStaysFree() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        for (String[] names : new String[][] {{"none"}, {"next/action"}, {"action", "action"}, {"next/terminated"}}) {
            SamplerSpec spec = SamplerSpec.uniform("learner", 3).columns(names).build();
            assertThatThrownBy(() -> memory.sampler(spec))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("'" + names[names.length - 1] + "'");
        }
        assertThat(memory.sampler(SamplerSpec.uniform("learner", 3).build())
                        .spec()
                        .name())
                .isEqualTo("learner");
    }

    @Test
    void openSamplersCannotShareAName() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        SamplerSpec spec = SamplerSpec.uniform("learner", 3).build();
        Sampler first = memory.sampler(spec);
        assertThatThrownBy(() -> memory.sampler(spec))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'learner'");
        first.close();
        Sampler second = memory.sampler(spec);
        first.close();
        assertThatThrownBy(() -> memory.sampler(spec)).isInstanceOf(IllegalStateException.class);
        assertThat(second.trySample(second.newBatch())).isFalse();
    }

    @Test
    void batchOfAnotherSamplerIsRefused() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        ReplayMemory other = longs(RowLayout.ARRIVAL, 10);
        fill(memory, 5);
        SamplerSpec spec = SamplerSpec.uniform("learner", 3).build();
        Sampler sampler = memory.sampler(spec);
        Batch foreign = other.sampler(spec).newBatch();
        Batch sibling =
                memory.sampler(SamplerSpec.uniform("sibling", 3).build()).newBatch();
        for (Batch batch : List.of(foreign, sibling)) {
            assertThatThrownBy(() -> sampler.sample(batch))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'learner'");
            assertThatThrownBy(() -> sampler.trySample(batch)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlesNameTheStartRowAndTheIncarnation(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        StreamWriter writer = memory.writer("a");
        long first = begin(writer, 10);
        long second = step(writer, 1, 11);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 3).build());
        Batch batch = sampler.sample(sampler.newBatch());
        assertThat(batch.size()).isEqualTo(3);
        assertThat(sequences(batch)).containsOnly(layout == RowLayout.ARRIVAL ? first : second);
        assertThat(sampler.newBatch().incarnation()).isEqualTo(batch.incarnation());
        ReplayMemory other = longs(layout, 10);
        assertThat(other.sampler(sampler.spec()).newBatch().incarnation()).isNotEqualTo(batch.incarnation());
    }

    @ParameterizedTest
    @EnumSource
    void batchIsFilledAgainWhateverTheUserDidToItsBuffers(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 3).build());
        Batch batch = sampler.newBatch();
        batch.columns().all().forEach(column -> column.buffer().position(1).limit(1));
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        step(writer, 1, 11, false, true);
        sampler.sample(batch);
        assertThat(text(batch, 2)).isEqualTo("10 1 11 truncated");
    }

    @Test
    void rarestTransitionIsFoundAndDrawsAgainAreCounted() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 1000);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        step(writer, 1, 11);
        for (int i = 0; i < 998; i++) {
            begin(writer, i);
        }
        Sampler sampler =
                memory.sampler(SamplerSpec.uniform("learner", 64).seed(9).build());
        Batch batch = sampler.sample(sampler.newBatch());
        assertThat(sequences(batch)).containsOnly(0L);
        assertThat(text(batch, 63)).isEqualTo("10 1 11");
        assertThat(memory.stats().redraws()).isBetween(32 * 32L, 32 * 64L);
    }

    @ParameterizedTest
    @EnumSource
    void statsTellWhatHappened(RowLayout layout) {
        ReplayMemory memory = longs(layout, 5);
        assertThat(memory.stats().appendedRows()).isZero();
        StreamWriter writer = memory.writer("a");
        begin(writer, 0);
        for (int i = 0; i < 7; i++) {
            step(writer, i, i);
        }
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 4).build());
        Batch batch = sampler.newBatch();
        sampler.sample(batch);
        sampler.sample(batch);
        MemoryStats stats = memory.stats();
        assertThat(stats.size()).isEqualTo(5).isEqualTo(memory.size());
        assertThat(stats.capacity()).isEqualTo(5).isEqualTo(memory.capacity());
        assertThat(stats.appendedRows()).isEqualTo(layout == RowLayout.ARRIVAL ? 8 : 7);
        assertThat(stats.appendedTransitions()).isEqualTo(7);
        assertThat(stats.sampledBatches()).isEqualTo(2);
        assertThat(stats.sampledTransitions()).isEqualTo(8);
        assertThat(stats.storedBytes()).isGreaterThanOrEqualTo(5 * 16);
        assertThat(stats.tornReads() + stats.lostRaces() + stats.failedAppends() + stats.pinnedBytes())
                .isZero();
        if (layout == RowLayout.SELF_CONTAINED) {
            assertThat(stats.redraws()).isZero();
        }
    }

    @Test
    void schemaIsTheOneItWasCreatedWith() {
        Schema schema = Schemas.everyDType(RowLayout.SELF_CONTAINED);
        assertThat(memory(schema, 3).schema()).isEqualTo(schema);
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfABatchAreDrawnWithReplacement(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        fill(memory, 10);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 100).build());
        List<Long> sequences = sequences(sampler.sample(sampler.newBatch()));
        Set<Long> different = new HashSet<>(sequences);
        assertThat(different).hasSizeBetween(7, 10);
    }

    /** Appends so many steps of episodes of five steps each. */
    private static void fill(ReplayMemory memory, int steps) {
        try (StreamWriter writer = memory.writer("fill")) {
            for (int i = 0; i < steps; i++) {
                if (i % 5 == 0) {
                    begin(writer, i);
                }
                step(writer, i, i + 1, i % 10 == 4, i % 10 == 9);
            }
        }
    }

    private static List<List<Long>> draw(ReplayMemory memory, long seed, int batches) {
        try (Sampler sampler =
                memory.sampler(SamplerSpec.uniform("draw", 8).seed(seed).build())) {
            Batch batch = sampler.newBatch();
            List<List<Long>> drawn = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                drawn.add(sequences(sampler.sample(batch)));
            }
            return drawn;
        }
    }

    /** Until the thread waits, or has ended. */
    static void awaitWaiting(Thread thread) {
        while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }
}
