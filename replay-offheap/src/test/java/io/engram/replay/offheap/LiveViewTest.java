package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.RowLayout;
import io.engram.replay.offheap.exchange.ExchangeFormat;
import io.engram.replay.offheap.exchange.ExchangeReport;
import io.engram.replay.offheap.exchange.Export;
import io.engram.replay.offheap.exchange.Import;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A memory is read beside a process that appends at full speed: every row is whole and in the window. */
class LiveViewTest {
    private static final int ROUNDS = 40;

    @TempDir
    Path place;

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void rowsOfAMemoryInUseAreWholeAndInTheWindow(RowLayout layout) throws IOException {
        Path directory = place.resolve("memory");
        long rows = 0;
        long gone = 0;
        long lastHead = 0;
        try (LiveWriter writer = LiveWriter.start(place, directory, layout, 61)) {
            for (int round = 0; round < ROUNDS; round++) {
                try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
                    assertThat(view.kind()).isEqualTo(StoreView.Kind.IN_USE);
                    assertThat(view.head()).isGreaterThanOrEqualTo(lastHead);
                    assertThat(view.head() - view.tail()).isBetween(1L, (long) LiveWriterMain.CAPACITY);
                    lastHead = view.head();
                    if (round % 10 == 9) {
                        // By then the places of all rows of the view are others'.
                        awaitHead(directory, lastHead + 2 * LiveWriterMain.CAPACITY);
                    }
                    long[] counts = readAll(view, layout);
                    rows += counts[0];
                    gone += counts[1];
                    for (Episode episode : view.episodes()) {
                        assertThat(episode.lastSequence()).isLessThan(view.head());
                        assertThat(episode.label().subject()).isEqualTo(episode.stream());
                    }
                }
            }
            assertThat(writer).isNotNull();
        }
        System.out.printf("%s: %d rows read whole, %d left meanwhile, head at last %d%n", layout, rows, gone, lastHead);
        assertThat(rows).isPositive();
        assertThat(gone).as("rows that left the window meanwhile").isPositive();
    }

    private static void awaitHead(Path directory, long head) {
        long found = 0;
        while (found < head) {
            try (StoreView later = StoreView.open(new NioFileLayer(), directory)) {
                found = later.head();
            }
        }
    }

    /** Returns how many rows were whole, and how many had left. */
    private static long[] readAll(StoreView view, RowLayout layout) {
        Map<Integer, Long> last = new HashMap<>();
        RowCursor cursor = view.rows();
        long[] counts = new long[2];
        for (long sequence = view.tail(); sequence < view.head(); sequence++) {
            RowCursor.Found found = cursor.read(sequence);
            assertThat(found).isNotEqualTo(RowCursor.Found.DAMAGED);
            counts[1] += found == RowCursor.Found.GONE ? 1 : 0;
            if (found == RowCursor.Found.ROW) {
                counts[0]++;
                assertThat(Stamp.sequence(cursor.row().getLong(0))).isEqualTo(sequence);
                StoredRow row = StoredRow.decode(cursor.row().array());
                String stream = view.book().streams().get(row.stream());
                long count = Experience.count(row, layout, stream);
                Long before = last.put(row.stream(), count);
                assertThat(before == null || count > before).isTrue();
            }
        }
        return counts;
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void exportsOfAMemoryInUseBecomeSoundMemories(RowLayout layout) throws IOException {
        Path directory = place.resolve("memory");
        try (LiveWriter writer = LiveWriter.start(place, directory, layout, 62)) {
            assertThat(writer).isNotNull();
            for (ExchangeFormat format : ExchangeFormat.values()) {
                for (int round = 0; round < 3; round++) {
                    requireSound(directory, format, round, layout);
                }
            }
        }
    }

    private void requireSound(Path directory, ExchangeFormat format, int round, RowLayout layout) throws IOException {
        Path target = place.resolve(format.text() + round);
        Path imported = place.resolve(format.text() + round + "-memory");
        ExchangeReport exported = Export.of(directory).to(target, format);
        assertThat(exported.damaged()).isZero();
        assertThat(Import.of(target, format).to(imported).rows()).isEqualTo(exported.rows());
        try (StoreView view = StoreView.open(new NioFileLayer(), imported)) {
            assertThat(readAll(view, layout)[0]).isEqualTo(exported.rows());
        }
        CheckReport report = StoreCheck.of(imported).run();
        assertThat(report.findings()).noneMatch(finding -> finding.severity() != CheckReport.Severity.INFORMATION);
    }
}
