package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.HandWriter.Step;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A thread that stops for ever inside an append or a sample, at each step of it, while others go round the ring: they
 * neither stop nor fail, at most its own row is missing, and what it stores after all corrupts nobody's. Persistent
 * memories are sealed, volatile ones are not, so a stopped writer meets both kinds of closing.
 */
class ParkedWriterTest {
    private static final int CAPACITY = 64;
    private static final int SEGMENT_ROWS = 8;
    private static final long PARKED_STREAM = 99;

    @TempDir
    Path directory;

    private OffHeapReplayMemory memory;
    private Sampler sampler;
    private Window window;
    private StreamWriter first;
    private StreamWriter second;
    private long told;

    static Stream<Arguments> storagesAndSteps() {
        return Arrays.stream(Storage.values())
                .flatMap(storage -> Arrays.stream(Step.values()).map(step -> Arguments.of(storage, step)));
    }

    private void open(Storage storage) {
        OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(Story.schema(RowLayout.SELF_CONTAINED), CAPACITY)
                .storage(storage)
                .segmentRows(SEGMENT_ROWS)
                .withoutAutomaticUpkeep();
        memory = storage == Storage.PERSISTENT ? builder.directory(directory).open() : builder.open();
        sampler = memory.sampler(SamplerSpec.uniform("learner", 32).seed(1).build());
        window = new Window(memory);
        first = memory.writer("first");
        second = memory.writer("second");
        told = 0;
        tell(3 * SEGMENT_ROWS);
    }

    @AfterEach
    void close() {
        memory.close();
    }

    /** Two other writers append so many states each, with upkeep every few rows. */
    private void tell(int states) {
        for (int i = 0; i < states; i++, told++) {
            Story.tell(first, 1, told);
            Story.tell(second, 2, told);
            if (told % 3 == 0) {
                turn();
            }
        }
    }

    private void turn() {
        memory.upkeep().turn();
        memory.upkeep().turn();
    }

    /** Samples a lot and returns how many transitions of the stopped writer there were. */
    private long sampleParked() {
        long parked = 0;
        for (int i = 0; i < 20; i++) {
            var batch = sampler.sample(sampler.newBatch());
            Story.check(batch);
            for (int row = 0; row < batch.size(); row++) {
                parked += Story.stateLong(batch, "observation", row, 0) == PARKED_STREAM ? 1 : 0;
            }
        }
        return parked;
    }

    @ParameterizedTest
    @MethodSource("storagesAndSteps")
    void writerStoppedAtAnyStepHoldsUpNobodyAndCorruptsNothing(Storage storage, Step step) {
        open(storage);
        HandWriter parked = new HandWriter(memory, PARKED_STREAM, 3);
        parked.go(Step.ENTERED, step);
        List<Long> own = step == Step.ENTERED || step == Step.PUBLISHED ? List.of() : List.of(parked.sequence());
        assertThat(window.missing()).isEqualTo(own);

        tell(CAPACITY / 4);
        assertThat(window.missing()).as("at most its own row").isEqualTo(own);
        assertThat(sampleParked() > 0).as("its row is seen").isEqualTo(step == Step.PUBLISHED);
        for (int lap = 0; lap < 3; lap++) {
            tell(CAPACITY);
            assertThat(window.missing()).isEmpty();
            assertThat(sampleParked()).isZero();
        }
        assertThat(memory.stats().failedAppends()).isZero();
        assertThat(memory.stats().lostRaces()).isZero();

        if (step.mayStore()) {
            assertThat(memory.stats().pinnedBytes()).isPositive();
        }
        if (step.mayStore() && step != Step.CLAIMED) {
            assertThat(window.contains(parked.address()))
                    .as("its segment serves others")
                    .isFalse();
            parked.storeLate();
            assertThat(window.missing()).isEmpty();
            assertThat(sampleParked()).isZero();
        }
        wakeUp(parked, step);
    }

    private void wakeUp(HandWriter parked, Step step) {
        long old = parked.sequence();
        if (step != Step.PUBLISHED) {
            parked.go(Step.values()[step.ordinal() + 1], Step.PUBLISHED);
            assertThat(parked.lost()).as("its slot was closed").isEqualTo(step != Step.ENTERED);
            if (parked.lost()) {
                long head = memory.ring().head();
                parked.startOver();
                assertThat(parked.lost()).isFalse();
                assertThat(parked.sequence()).isEqualTo(head).isGreaterThan(old);
            }
            assertThat(window.missing()).isEmpty();
            assertThat(sampleParked()).isPositive();
        }
        parked.leave();
        turn();
        assertThat(memory.stats().pinnedBytes()).isZero();
        tell(CAPACITY);
        assertThat(window.missing()).isEmpty();
        assertThat(sampleParked()).isZero();
    }

    /** Rows made by hand are of a stream that has no name. */
    @DamagesStores
    @ParameterizedTest
    @EnumSource(Storage.class)
    void writersStoppedAtEveryStepTogetherHoldUpNobody(Storage storage) {
        open(storage);
        HandWriter[] parked = new HandWriter[Step.values().length];
        for (Step step : Step.values()) {
            parked[step.ordinal()] = new HandWriter(memory, PARKED_STREAM, 3);
            parked[step.ordinal()].go(Step.ENTERED, step);
            tell(2);
        }
        for (int lap = 0; lap < 2; lap++) {
            tell(CAPACITY);
            assertThat(window.missing()).isEmpty();
            sampleParked();
        }
        for (Step step : Step.values()) {
            wakeUpAmongOthers(parked[step.ordinal()], step);
        }
        turn();
        assertThat(memory.stats().pinnedBytes()).isZero();
    }

    private void wakeUpAmongOthers(HandWriter parked, Step step) {
        if (step != Step.PUBLISHED) {
            parked.go(Step.values()[step.ordinal() + 1], Step.PUBLISHED);
            if (parked.lost()) {
                parked.startOver();
            }
            assertThat(parked.lost()).isFalse();
        }
        parked.leave();
        assertThat(window.missing()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Storage.class)
    void writerStoppedWithAClaimOfTheWholeWindowCostsItsOwnRowsOnly(Storage storage) {
        open(storage);
        EpochRecord epoch = memory.epochs().register();
        epoch.enter();
        long claimed = memory.ring().claim(CAPACITY);
        assertThat(window.missing()).hasSize(CAPACITY);
        assertThat(sampler.trySample(sampler.newBatch())).isFalse();
        tell(CAPACITY / 4);
        assertThat(window.missing())
                .hasSize((int) (claimed + 2 * CAPACITY - memory.ring().head()))
                .allMatch(sequence -> sequence >= claimed && sequence < claimed + CAPACITY);
        assertThat(sampleParked()).isZero();
        tell(CAPACITY);
        assertThat(window.missing()).isEmpty();
        assertThat(memory.stats().pinnedBytes()).isPositive();
        epoch.exit();
        turn();
        assertThat(memory.stats().pinnedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Storage.class)
    void threadThatEndsInsideAnAppendPinsNothing(Storage storage) throws InterruptedException {
        open(storage);
        HandWriter dead = new HandWriter(memory, PARKED_STREAM, 3);
        Thread thread = new Thread(() -> dead.go(Step.ENTERED, Step.HALF_STORED));
        thread.start();
        thread.join();
        tell(CAPACITY);
        turn();
        assertThat(window.missing()).isEmpty();
        assertThat(sampleParked()).isZero();
        assertThat(memory.stats().pinnedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Storage.class)
    void samplerStoppedAtItsCopyReadsMappedMemoryToItsEnd(Storage storage) {
        open(storage);
        EpochRecord epoch = memory.epochs().register();
        epoch.enter();
        long sequence = memory.ring().head() - 1;
        long address = memory.ring().rowAddress(sequence);
        long stamp = UnsafeApi.getLongVolatile(null, address);
        assertThat(Stamp.isPublished(stamp, sequence)).isTrue();
        // More at once than can be kept for use again, so that some of it is to be unmapped.
        for (int lap = 0; lap < 4; lap++) {
            for (int i = 0; i < CAPACITY; i++, told++) {
                Story.tell(first, 1, told);
            }
            turn();
        }
        assertThat(memory.stats().pinnedBytes()).isPositive();
        assertThat(UnsafeApi.getLongVolatile(null, address)).isBetween(stamp, Long.MAX_VALUE);
        assertThat(window.missing()).isEmpty();
        epoch.exit();
        turn();
        assertThat(memory.stats().pinnedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Storage.class)
    void samplerStoppedForEverCostsABoundedAmountOfMemory(Storage storage) {
        open(storage);
        EpochRecord epoch = memory.epochs().register();
        epoch.enter();
        long most = 0;
        for (int lap = 0; lap < 20; lap++) {
            // Faster than upkeep, so that writers make room themselves and more is retired at once than is kept
            // usually.
            for (int i = 0; i < CAPACITY / 2; i++, told++) {
                Story.tell(first, 1, told);
            }
            turn();
            long pinned = memory.stats().pinnedBytes();
            if (lap < 4) {
                most = Math.max(most, pinned);
            }
            assertThat(pinned).as("lap " + lap).isLessThanOrEqualTo(most);
        }
        assertThat(window.missing()).isEmpty();
        assertThat(most).isPositive();
        epoch.exit();
        for (int i = 0; i < CAPACITY; i++) {
            turn();
        }
        assertThat(memory.stats().pinnedBytes()).isZero();
    }

    @Test
    void stoppedSealerHoldsUpNobody() {
        open(Storage.PERSISTENT);
        Segment sealing = memory.ring()
                .table()
                .get(memory.ring().geometry().ordinal(memory.ring().head()));
        assertThat(sealing.advance(Segment.Life.LIVE, Segment.Life.SEALING)).isTrue();
        tell(3 * CAPACITY);
        assertThat(window.missing()).isEmpty();
        assertThat(sampleParked()).isZero();
        assertThat(window.contains(sealing.rowsAddress()))
                .as("what is being sealed serves others")
                .isFalse();
        sealing.advance(Segment.Life.SEALING, Segment.Life.SEALED);
        tell(CAPACITY);
        assertThat(window.missing()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Storage.class)
    void withoutAnyUpkeepWritersGoOn(Storage storage) {
        open(storage);
        for (int i = 0; i < 10 * CAPACITY; i++, told++) {
            Story.tell(first, 1, told);
            Story.tell(second, 2, told);
        }
        assertThat(window.missing()).isEmpty();
        sampleParked();
        long before = memory.stats().storedBytes();
        for (int i = 0; i < 5; i++) {
            turn();
        }
        assertThat(memory.stats().storedBytes()).isGreaterThanOrEqualTo(before);
        assertThat(memory.stats().pinnedBytes()).isZero();
        assertThat(window.missing()).isEmpty();
    }
}
