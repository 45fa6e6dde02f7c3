package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Episodes that lie across the pages that the journal gives up: begun in some, ended in others. */
class EpisodesGivenUpTest {
    private static final int STREAMS = 6;
    private static final int CAPACITY = 2000;

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

    /**
     * Episodes become longer, then as short again, but for those of one stream: the window reaches over more pages or
     * fewer, so that pages are given up that end an episode before those to which its begin was copied.
     */
    @ParameterizedTest
    @EnumSource
    void endedEpisodeIsNeverTakenForAnOpenOne(RowLayout layout) {
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(LabelledHistory.schema(layout), CAPACITY)
                .storage(Storage.VOLATILE)
                .segmentRows(64)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .withoutAutomaticUpkeep()
                .open()) {
            SplitMix64 random = new SplitMix64(11);
            List<StreamWriter> writers = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                writers.add(memory.writer("stream-" + i));
            }
            for (int i = 0; i < 60_000; i++) {
                int stream = random.nextInt(STREAMS);
                int phase = 3 - i / (2 * CAPACITY) % 4;
                call(writers.get(stream), random.nextInt(stream == 0 ? 128 : 2 << (2 * phase)) == 0);
                if (i % 16 == 0) {
                    memory.upkeep().turn();
                }
                if (i % 500 == 0) {
                    long open = writers.stream().filter(StreamWriter::inEpisode).count();
                    assertThat(memory.episodes())
                            .as("after %d calls", i)
                            .filteredOn(each -> each.kind() == Episode.Kind.OPEN)
                            .hasSize((int) open);
                }
            }
            assertThat(memory.journal().first().number()).isGreaterThan(20);
        }
    }
}
