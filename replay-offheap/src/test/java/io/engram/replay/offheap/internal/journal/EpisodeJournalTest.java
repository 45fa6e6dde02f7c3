package io.engram.replay.offheap.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.offheap.internal.store.AnonymousPages;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records in pages, with writers that stop in the middle of one. */
class EpisodeJournalTest {
    private final PageSource source = new AnonymousPages(PageDescriptor.MIN_LENGTH);
    private final EpisodeJournal journal = new EpisodeJournal(source, new UUID(5, 6), JournalPage.before(0));
    private final RecordImage image = journal.newImage();

    /** What a stopped writer did last. */
    enum Step {
        CLAIMED,
        MARKED,
        STORED
    }

    @AfterEach
    void free() {
        for (JournalPage page = journal.first().next(); page != null; page = page.next()) {
            source.unmap(page);
        }
    }

    private void append(int from, int to) {
        for (int i = from; i < to; i++) {
            image.stream(i, "stream-" + i + "x".repeat(i % 17));
            journal.append(image);
        }
    }

    private List<Integer> streams() {
        List<Integer> streams = new ArrayList<>();
        journal.forEach((page, offset, entry) -> {
            streams.add(entry.getInt(RecordDescriptor.STREAM_OFFSET));
            assertThat(entry.limit()).isEqualTo(16 + ("stream-" + last(streams)).length() + last(streams) % 17);
        });
        return streams;
    }

    private static int last(List<Integer> streams) {
        return streams.get(streams.size() - 1);
    }

    private static List<Integer> range(int from, int to) {
        List<Integer> range = new ArrayList<>();
        for (int i = from; i < to; i++) {
            range.add(i);
        }
        return range;
    }

    @Test
    void recordsAreReadInOrderOverManyPages() {
        append(0, 3000);
        assertThat(streams()).isEqualTo(range(0, 3000));
        assertThat(journal.current().number()).isGreaterThan(4);
        for (JournalPage page = journal.first().next(); page != journal.current(); page = page.next()) {
            page.shut();
        }
        assertThat(streams()).isEqualTo(range(0, 3000));
    }

    @ParameterizedTest
    @EnumSource
    void recordOfAStoppedWriterIsMissingAndNoOther(Step step) {
        append(0, 10);
        JournalPage page = journal.current();
        RecordImage parked = journal.newImage();
        parked.stream(99, "stream-99" + "x".repeat(99 % 17));
        int offset = page.claim(RecordDescriptor.align(parked.length()));
        long address = page.address() + offset;
        if (step != Step.CLAIMED) {
            assertThat(RecordWord.mark(address, parked.length())).isTrue();
        }
        if (step == Step.STORED) {
            parked.store(page.number(), offset, address);
        }
        append(10, 2000);
        assertThat(streams()).as("at most its own record").isEqualTo(range(0, 2000));
        page.shut();
        assertThat(streams()).isEqualTo(range(0, 2000));
        // It wakes up: its place was closed, so it records again, behind.
        if (step == Step.CLAIMED) {
            assertThat(RecordWord.mark(address, parked.length())).isFalse();
        } else {
            parked.store(page.number(), offset, address);
            assertThat(RecordWord.publish(address, parked.length())).isFalse();
        }
        assertThat(streams()).isEqualTo(range(0, 2000));
        journal.append(parked);
        assertThat(streams()).hasSize(2001).contains(99);
    }

    @Test
    void recordInAnotherPlaceIsNone() {
        append(0, 3);
        JournalPage page = journal.current();
        int length = RecordDescriptor.align(16 + "stream-0".length());
        int second = PageDescriptor.HEADER_LENGTH + length;
        PageReader reader = journal.newReader();
        assertThat(reader.wholeRecord(page, PageDescriptor.HEADER_LENGTH, page.limit()))
                .isPositive();
        UnsafeApi.copyMemory(page.address() + PageDescriptor.HEADER_LENGTH, page.address() + second, length);
        assertThat(reader.wholeRecord(page, second, page.limit())).isZero();
        assertThat(new PageReader(new UUID(5, 7)).wholeRecord(page, PageDescriptor.HEADER_LENGTH, page.limit()))
                .isZero();
        JournalPage other = new JournalPage(page.number() + 1, page.memory());
        assertThat(reader.wholeRecord(other, PageDescriptor.HEADER_LENGTH, page.limit()))
                .isZero();
    }

    @Test
    void writersAtOnceLoseNothing() throws InterruptedException {
        int threads = 4;
        List<Thread> started = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int from = i * 1000;
            Thread thread = new Thread(() -> {
                RecordImage own = journal.newImage();
                for (int stream = from; stream < from + 1000; stream++) {
                    own.stream(stream, "stream-" + stream + "x".repeat(stream % 17));
                    journal.append(own);
                }
            });
            thread.start();
            started.add(thread);
        }
        for (int i = 0; i < 200; i++) {
            for (JournalPage page = journal.first(); page != journal.current(); page = page.requireNext()) {
                page.shut();
            }
        }
        for (Thread thread : started) {
            thread.join();
        }
        assertThat(streams()).hasSize(threads * 1000).containsExactlyInAnyOrderElementsOf(range(0, threads * 1000));
    }
}
