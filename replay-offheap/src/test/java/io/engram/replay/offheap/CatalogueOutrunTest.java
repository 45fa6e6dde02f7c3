package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.catalogue.CatalogueIndex;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An index whose journal gives up pages before it has read them. Nobody takes turns but the test. */
class CatalogueOutrunTest {
    private static final int STREAMS = 6;
    private static final int CAPACITY = 2000;
    private static final Duration EVER = Duration.ofDays(36_500);

    @TempDir
    Path place;

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(LabelledHistory.schema(RowLayout.ARRIVAL), CAPACITY)
                .directory(place.resolve("memory"))
                .segmentRows(64)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .withoutAutomaticUpkeep()
                .catalogueEntries(8)
                .open();
    }

    private static void call(StreamWriter writer, boolean end) {
        writer.field("observation").set(1L);
        if (!writer.inEpisode()) {
            writer.begin();
            return;
        }
        writer.field("action").set(1L);
        writer.field("reward").set(1f);
        writer.step(end, false);
    }

    private static void assertAgrees(OffHeapReplayMemory memory) {
        List<Episode> all = memory.episodes();
        assertThat(memory.catalogue().youngerThan(EVER)).isEqualTo(all);
        for (int i = 0; i < STREAMS; i++) {
            String stream = "stream-" + i;
            assertThat(memory.catalogue().byStream(stream))
                    .isEqualTo(all.stream()
                            .filter(each -> each.stream().equals(stream))
                            .toList());
        }
        assertThat(memory.catalogue().isIndexed()).isTrue();
    }

    /** Lengths of episodes change, as in {@link EpisodesGivenUpTest}; the index rests for long from time to time. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void indexThatIsOutrunGoesOnAndIsNotMadeAnew(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        for (int opening = 0; opening < 2; opening++) {
            try (OffHeapReplayMemory memory = open()) {
                CatalogueIndex index =
                        Objects.requireNonNull(memory.episodesWithIndex().index());
                List<StreamWriter> writers = new ArrayList<>();
                for (int i = 0; i < STREAMS; i++) {
                    writers.add(memory.writer("stream-" + i));
                }
                while (!memory.catalogue().isIndexed()) {
                    index.doWork();
                }
                int outrun = 0;
                for (int round = 0; round < 60; round++) {
                    long read = memory.journal().current().number();
                    int phase = 3 - round / 4 % 4;
                    for (int i = random.nextInt(4000); i >= 0; i--) {
                        int stream = random.nextInt(STREAMS);
                        call(writers.get(stream), random.nextInt(stream == 0 ? 128 : 2 << (2 * phase)) == 0);
                        if (i % 16 == 0) {
                            memory.upkeep().turn();
                        }
                    }
                    outrun += memory.journal().first().number() > read ? 1 : 0;
                    for (int turns = random.nextInt(8); turns > 0; turns--) {
                        assertAgrees(memory);
                        index.doWork();
                    }
                    assertAgrees(memory);
                }
                assertThat(outrun).isGreaterThan(3);
                assertThat(memory.catalogue().indexStatus().timesMadeAnew()).isEqualTo(1 - opening);
                index.onClose();
            }
        }
    }
}
