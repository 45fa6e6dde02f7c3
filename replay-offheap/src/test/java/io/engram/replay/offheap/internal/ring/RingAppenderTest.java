package io.engram.replay.offheap.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.internal.StagedRow;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.JournalWriter;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.AnonymousPages;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The writer's own steps, with what others do put between them by hand. */
class RingAppenderTest {
    private static final int ROWS = 4;
    private static final long CAPACITY = 16;

    private final Schema schema =
            Schema.builder().observation(DType.I64).rowLayout(RowLayout.ARRIVAL).build();
    private final PayloadLayout layout = new PayloadLayout(schema);
    private final SegmentGeometry geometry = SegmentGeometry.ofRows(layout.length(), ROWS);
    private final CountingSegments source = new CountingSegments(geometry);
    private final Ring ring = new Ring(geometry, CAPACITY, source, 0, 0);
    private final Epochs epochs = new Epochs();
    private final AppendCounters counters = new AppendCounters();
    private final RingAppender appender = appender(counters);
    private final RingAppender other = appender(new AppendCounters());
    private final SegmentCloser closer = new SegmentCloser(geometry);
    private final Lane lane = lane(7);
    private final Lane otherLane = lane(8);

    private RingAppender appender(AppendCounters of) {
        OpenEpisodes open = new OpenEpisodes();
        open.register(0);
        EpisodeJournal journal = new EpisodeJournal(
                new AnonymousPages(PageDescriptor.MIN_LENGTH), new UUID(1, 2), JournalPage.before(0));
        JournalWriter writer = new JournalWriter(journal, () -> 0);
        return new RingAppender(
                ring,
                epochs.register(),
                new EpisodeLog(new AtomicLong(), open, writer),
                of,
                TransitionListener.NONE,
                () -> {});
    }

    private Lane lane(int stream) {
        return new Lane("stream-" + stream, stream, new StagedRow(schema, layout, RowDescriptor.HEADER_LENGTH));
    }

    @AfterEach
    void free() {
        source.free();
    }

    private void othersAppend(int rows) {
        for (int i = 0; i < rows; i++) {
            other.claim(1);
            other.append(otherLane, RowFlags.FIRST);
            other.release();
        }
    }

    private boolean isPublished(long sequence) {
        return Stamp.isPublished(UnsafeApi.getLong(ring.rowAddress(sequence)), sequence);
    }

    private int state(long sequence) {
        return Stamp.state(UnsafeApi.getLong(ring.rowAddress(sequence)));
    }

    @Test
    void chunkFollowsItsClaimOverManySegments() {
        othersAppend(3);
        appender.claim(12);
        for (int i = 0; i < 12; i++) {
            assertThat(appender.append(lane, 0)).isEqualTo(3 + i);
        }
        appender.release();
        assertThat(ring.head()).isEqualTo(15);
        assertThat(counters.transitions()).isEqualTo(12);
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
    }

    @Test
    void rowOfAnErasedEpisodeIsNotAppendedAgain() {
        appender.claim(2);
        lane.erase(0);
        closer.close(ring.table().get(0));
        assertThat(appender.append(lane, 0)).isEqualTo(Lane.NONE);
        assertThat(ring.head()).as("the rest was claimed again").isEqualTo(4);
        appender.release();
        for (long sequence = 0; sequence < ring.head(); sequence++) {
            assertThat(isPublished(sequence)).isFalse();
        }
        assertThat(counters.transitions()).isZero();
    }

    @Test
    void restOfAChunkMovesOnTogetherWhenASlotWasClosed() {
        appender.claim(6);
        assertThat(appender.append(lane, 0)).isZero();
        assertThat(appender.append(lane, 0)).isEqualTo(1);
        othersAppend(5);
        SealFacts facts = closer.close(ring.table().get(0));
        assertThat(facts.publishedRows()).isEqualTo(2);
        assertThat(facts.abandonedRows()).isEqualTo(2);
        for (int i = 0; i < 4; i++) {
            assertThat(appender.append(lane, 0)).isEqualTo(11 + i);
        }
        appender.release();
        assertThat(counters.lostRaces()).isEqualTo(1);
        for (long sequence = 2; sequence < 6; sequence++) {
            assertThat(state(sequence)).as("row " + sequence).isEqualTo(Stamp.DEAD);
        }
        assertThat(closer.close(ring.table().get(0)).abandonedRows())
                .as("what its writer gave up can be recycled")
                .isZero();
        assertThat(ring.table().get(0).mayHaveAbandonedRows()).isFalse();
    }

    @Test
    void chunkWhoseSegmentsAreGoneIsClaimedAgain() {
        appender.claim(2);
        othersAppend(40);
        ring.retire(ring.table().get(0));
        assertThat(appender.append(lane, 0)).isEqualTo(42);
        assertThat(appender.append(lane, 0)).isEqualTo(43);
        appender.release();
        assertThat(isPublished(42)).isTrue();
        assertThat(isPublished(43)).isTrue();
    }

    @Test
    void fullStorageInTheMiddleOfAChunkThrowsAndOwnsNothing() {
        appender.claim(3);
        appender.append(lane, 0);
        othersAppend(5);
        closer.close(ring.table().get(0));
        source.full = true;
        assertThatThrownBy(() -> appender.append(lane, 0)).isInstanceOf(StorageFullException.class);
        appender.release();
        assertThat(counters.failures()).isEqualTo(1);
        assertThat(isPublished(0)).isTrue();
        assertThat(state(1)).isEqualTo(Stamp.DEAD);
        assertThat(state(2)).isEqualTo(Stamp.DEAD);
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
        source.full = false;
        appender.claim(1);
        assertThat(appender.append(lane, 0)).isEqualTo(8);
        appender.release();
    }

    @Test
    void closingInTheMiddleOfAChunkThrowsOnceASlotIsClosed() {
        appender.claim(3);
        ring.close();
        appender.append(lane, 0);
        closer.close(ring.table().get(0));
        assertThatThrownBy(() -> appender.append(lane, 0)).isInstanceOf(MemoryClosedException.class);
        appender.release();
        assertThatThrownBy(() -> appender.claim(1)).isInstanceOf(MemoryClosedException.class);
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
    }

    @Test
    void rowsThatWereClaimedAndNotAppendedAreGivenUp() {
        appender.claim(5);
        appender.append(lane, 0);
        appender.release();
        for (long sequence = 1; sequence < 5; sequence++) {
            assertThat(state(sequence)).isEqualTo(Stamp.DEAD);
        }
        assertThat(closer.close(ring.table().get(0)).abandonedRows()).isZero();
    }
}
