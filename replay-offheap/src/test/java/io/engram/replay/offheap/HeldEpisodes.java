package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.RowLayout;
import io.engram.replay.internal.RowFlags;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compares what a memory that was just opened tells of episodes with its rows. Rows are those of actors. */
final class HeldEpisodes {
    private HeldEpisodes() {}

    /** Every row belongs to an episode of its stream and subject that has ended, as the last row's flags say. */
    static void requireFor(OffHeapReplayMemory memory, SortedMap<Long, StoredRow> held, Map<Integer, String> streams) {
        Map<Long, Episode> episodes = new TreeMap<>();
        memory.episodes().forEach(episode -> episodes.put(episode.number(), episode));
        held.forEach((sequence, row) -> {
            Episode episode = episodes.get(row.episode());
            assertThat(episode).as("episode of %s", row).isNotNull();
            assertThat(episode.stream()).isEqualTo(streams.get(row.stream()));
            assertThat(episode.label().subject()).as("subject of %s", episode).isEqualTo(episode.stream());
            if (episode.kind() == Episode.Kind.OPEN && memory.resumePoint().isPresent()) {
                // It goes on from the snapshot.
                assertThat(sequence).as("%s", episode).isLessThanOrEqualTo(episode.lastSequence());
                return;
            }
            assertThat(sequence).as("%s", episode).isLessThanOrEqualTo(episode.lastSequence());
            if (!episode.recovered()) {
                assertThat(sequence).as("%s", episode).isGreaterThanOrEqualTo(episode.firstSequence());
            }
            assertThat(episode.kind()).isNotEqualTo(Episode.Kind.OPEN);
            if (sequence == episode.lastSequence()) {
                int flags = row.flags();
                if ((flags & RowFlags.TERMINATED) != 0) {
                    assertThat(episode.kind()).isEqualTo(Episode.Kind.TERMINATED);
                } else if ((flags & RowFlags.TRUNCATED) != 0) {
                    assertThat(episode.kind()).isEqualTo(Episode.Kind.TRUNCATED);
                } else {
                    assertThat(episode.kind())
                            .isEqualTo(episode.recovered() ? Episode.Kind.TRUNCATED : Episode.Kind.ABANDONED);
                }
                assertThat(episode.length())
                        .isEqualTo(row.step() + (memory.schema().rowLayout() == RowLayout.ARRIVAL ? 0 : 1));
            }
        });
        episodes.values()
                .removeIf(episode -> episode.kind() == Episode.Kind.OPEN
                        && memory.resumePoint().isPresent());
        assertThat(episodes.keySet())
                .allMatch(number -> held.values().stream().anyMatch(row -> row.episode() == number));
    }
}
