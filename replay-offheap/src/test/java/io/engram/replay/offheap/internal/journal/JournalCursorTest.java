package io.engram.replay.offheap.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.offheap.internal.store.AnonymousPages;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A cursor that reads a journal while it is written, stopped, shut and given up. */
class JournalCursorTest {
    private final PageSource source = new AnonymousPages(PageDescriptor.MIN_LENGTH);
    private final EpisodeJournal journal = new EpisodeJournal(source, new UUID(7, 8), JournalPage.before(0));
    private final JournalPage before = journal.first();
    private final JournalCursor cursor = new JournalCursor(journal);
    private final List<Integer> seen = new ArrayList<>();

    @AfterEach
    void free() {
        for (JournalPage page = before.next(); page != null; page = page.next()) {
            source.unmap(page);
        }
    }

    private void append(int from, int to) {
        RecordImage image = journal.newImage();
        for (int i = from; i < to; i++) {
            image.stream(i, "s".repeat(1 + i % 40));
            journal.append(image);
        }
    }

    /** Reads on, having shut the pages that are full. */
    private int read(int most) {
        JournalPage last = journal.current();
        for (JournalPage page = journal.first(); page != last; page = page.requireNext()) {
            if (page.life() == JournalPage.Life.OPEN) {
                page.shut();
            }
        }
        return cursor.advance(most, (page, offset, record) -> seen.add(record.getInt(RecordDescriptor.STREAM_OFFSET)));
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** Whatever happens between two looks at the same place. */
    @Test
    void recordThatIsBeingPublishedIsNeverPassedOver() throws Exception {
        int records = 300_000;
        FutureTask<Boolean> writer = new FutureTask<>(
                () -> {
                    for (int i = 0; i < records; i++) {
                        append(i, i + 1);
                        // So that the cursor is always where the next record is to be.
                        for (int spins = i % 64; spins > 0; spins--) {
                            Thread.onSpinWait();
                        }
                    }
                },
                true);
        Thread thread = new Thread(writer, "writer");
        thread.start();
        while (!writer.isDone()) {
            read(100);
        }
        writer.get();
        while (read(1000) > 0) {
            assertThat(cursor.isLost()).isFalse();
        }
        assertThat(seen).isEqualTo(range(0, records));
        assertThat(cursor.isAtEnd()).isTrue();
    }

    @Test
    void cursorWaitsForAStoppedWriterUntilThePageIsShut() {
        append(0, 10);
        JournalPage page = journal.current();
        RecordImage stopped = journal.newImage();
        stopped.stream(99, "stopped");
        long address = page.address() + page.claim(RecordDescriptor.align(stopped.length()));
        assertThat(RecordWord.mark(address, stopped.length())).isTrue();
        append(10, 20);
        read(100);
        assertThat(seen).isEqualTo(range(0, 10));
        assertThat(cursor.isAtEnd()).isFalse();
        page.shut();
        append(20, 30);
        read(100);
        assertThat(seen).isEqualTo(range(0, 30));
        assertThat(cursor.isAtEnd()).isTrue();
    }

    @Test
    void lostCursorGoesOnWhereThePagesBegin() {
        append(0, 1000);
        read(100);
        int page = (int) cursor.place().page();
        JournalPage cut = Objects.requireNonNull(before.next()).requireNext().requireNext();
        assertThat(cut.number()).isGreaterThan(page);
        journal.dropBefore(cut);
        assertThat(read(100)).isZero();
        assertThat(cursor.isLost()).isTrue();
        assertThat(cursor.isAtEnd()).isFalse();
        cursor.goOn();
        while (read(100) > 0) {
            assertThat(cursor.isLost()).isFalse();
        }
        assertThat(cursor.isAtEnd()).isTrue();
        List<Integer> behind = seen.subList(100, seen.size());
        assertThat(behind).isEqualTo(range(1000 - behind.size(), 1000)).hasSizeGreaterThan(100);
        JournalCursor again = new JournalCursor(journal);
        assertThat(again.goTo(cursor.place())).isTrue();
        append(1000, 1010);
        read(100);
        List<Integer> found = new ArrayList<>();
        again.advance(100, (at, offset, record) -> found.add(record.getInt(RecordDescriptor.STREAM_OFFSET)));
        assertThat(found).isEqualTo(range(1000, 1010));
    }
}
