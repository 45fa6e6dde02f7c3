package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a memory knows of the episodes that are open or have rows in the window. */
public abstract class EpisodeContract extends MemoryContract {
    /** An episode without its times. */
    public static String text(Episode episode) {
        return episode.number() + " " + episode.stream() + " " + episode.kind()
                + (episode.recovered() ? " recovered" : "") + " length=" + episode.length() + " reward="
                + episode.totalReward() + " rows=" + episode.firstSequence() + ".." + episode.lastSequence()
                + " policy=" + episode.policyVersion() + " " + episode.label();
    }

    private static List<String> texts(ReplayMemory memory) {
        return memory.episodes().stream().map(EpisodeContract::text).toList();
    }

    private ReplayMemory rewarding(RowLayout layout, DType reward, int... shape) {
        return memory(
                Schema.builder()
                        .observation(DType.I64)
                        .action(DType.I64)
                        .add(Field.step(Field.REWARD, reward, shape))
                        .rowLayout(layout)
                        .build(),
                30);
    }

    private static void step(StreamWriter writer, double reward, boolean terminated, boolean truncated) {
        writer.field("action").set(1L);
        writer.field("observation").set(2L);
        if (writer.field("reward").field().dtype() == DType.F32) {
            writer.field("reward").set((float) reward);
        } else {
            writer.field("reward").set(reward);
        }
        writer.step(terminated, truncated);
    }

    @ParameterizedTest
    @EnumSource
    void everyWayToEndIsTold(RowLayout layout) {
        ReplayMemory memory = rewarding(layout, DType.F64);
        StreamWriter writer = memory.writer("a");
        for (int flags = 1; flags < 4; flags++) {
            begin(writer, 1);
            step(writer, 0.5, false, false);
            step(writer, flags, (flags & 1) != 0, (flags & 2) != 0);
        }
        begin(writer, 1);
        step(writer, 4, false, false);
        writer.abandon();
        begin(writer, 1);
        step(writer, 5, false, false);
        // The first state has a row of its own with arrival rows.
        int more = layout == RowLayout.ARRIVAL ? 1 : 0;
        int[] rows = {2 + more, 2 + more, 2 + more, 1 + more, 1 + more};
        String[] middles = {
            "TERMINATED length=2 reward=1.5",
            "TRUNCATED length=2 reward=2.5",
            "TERMINATED length=2 reward=3.5",
            "ABANDONED length=1 reward=4.0",
            "OPEN length=1 reward=5.0"
        };
        List<String> expected = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < rows.length; i++) {
            expected.add(i + " a " + middles[i] + " rows=" + first + ".." + (first + rows[i] - 1)
                    + " policy=0 subject=null tags=[]");
            first += rows[i];
        }
        assertThat(texts(memory)).isEqualTo(expected);
        List<Episode> episodes = memory.episodes();
        for (Episode episode : episodes) {
            assertThat(episode.startMillis()).isPositive();
            assertThat(episode.endMillis() == Episode.NOT_ENDED).isEqualTo(episode.kind() == Episode.Kind.OPEN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void labelAndPolicyAreThoseOfTheEpisodesBegin(RowLayout layout) {
        ReplayMemory memory = longs(layout, 30);
        StreamWriter writer = memory.writer("a");
        EpisodeLabel label = EpisodeLabel.ofSubject("patient 7 \u00e4\u4e16", "night", "\u00fcbung");
        writer.label(label);
        writer.policyVersion(3);
        begin(writer, 1);
        writer.label(EpisodeLabel.ofTags("day"));
        writer.policyVersion(4);
        step(writer, 1, 2, true, false);
        begin(writer, 1);
        step(writer, 1, 2, true, false);
        writer.label(EpisodeLabel.NONE);
        begin(writer, 1);
        step(writer, 1, 2);
        List<Episode> episodes = memory.episodes();
        assertThat(episodes)
                .extracting(Episode::label)
                .containsExactly(label, EpisodeLabel.ofTags("day"), EpisodeLabel.NONE);
        assertThat(episodes).extracting(Episode::policyVersion).containsExactly(3L, 4L, 4L);
        assertThat(memory.policyVersion()).isEqualTo(4);
    }

    @Test
    void lanesHaveLabelsOfTheirOwn() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 30);
        VectorWriter lanes = memory.vectorWriter(List.of("left", "right"));
        lanes.label(1, EpisodeLabel.ofSubject("second"));
        lanes.policyVersion(8);
        Columns columns = lanes.newColumns();
        lanes.begin(columns);
        lanes.step(columns);
        assertThat(texts(memory))
                .containsExactly(
                        "0 left OPEN length=1 reward=NaN rows=0..2 policy=8 subject=null tags=[]",
                        "1 right OPEN length=1 reward=NaN rows=1..3 policy=8 subject=second tags=[]");
        lanes.abandon(0);
        assertThat(memory.episodes())
                .extracting(Episode::kind)
                .containsExactly(Episode.Kind.ABANDONED, Episode.Kind.OPEN);
        lanes.close();
        assertThat(memory.episodes()).extracting(Episode::kind).containsOnly(Episode.Kind.ABANDONED);
        assertThatThrownBy(() -> lanes.label(0, EpisodeLabel.NONE)).isInstanceOf(StreamException.class);
    }

    @Test
    void manyStepsAtOnceAreManyEpisodes() {
        ReplayMemory memory = longs(RowLayout.SELF_CONTAINED, 30);
        StreamWriter writer = memory.writer("a");
        writer.label(EpisodeLabel.ofSubject("s"));
        Columns columns = Columns.allocate(memory.schema(), 7);
        columns.column("terminated").buffer().put(2, (byte) 1).put(3, (byte) 1);
        writer.stepAll(columns, 7);
        assertThat(memory.episodes()).extracting(Episode::length).containsExactly(3L, 1L, 3L);
        assertThat(memory.episodes()).extracting(Episode::firstSequence).containsExactly(0L, 3L, 4L);
        assertThat(memory.episodes())
                .extracting(episode -> episode.label().subject())
                .containsOnly("s");
    }

    @Test
    void rewardIsSummedIfItIsANumber() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            ReplayMemory memory = rewarding(RowLayout.ARRIVAL, dtype);
            StreamWriter writer = memory.writer("a");
            begin(writer, 1);
            assertThat(memory.episodes().get(0).totalReward()).isZero();
            step(writer, 0.25, false, false);
            step(writer, -1.5, false, false);
            assertThat(memory.episodes().get(0).totalReward()).isEqualTo(-1.25);
        }
        ReplayMemory pairs = rewarding(RowLayout.ARRIVAL, DType.F32, 2);
        begin(pairs.writer("a"), 1);
        assertThat(pairs.episodes().get(0).totalReward()).isNaN();
    }

    @ParameterizedTest
    @EnumSource
    void episodesLeaveWithTheirLastRow(RowLayout layout) {
        ReplayMemory memory = longs(layout, 6);
        StreamWriter patient = memory.writer("patient");
        begin(patient, 1);
        step(patient, 1, 2);
        StreamWriter writer = memory.writer("a");
        List<Episode> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            begin(writer, 1);
            step(writer, 1, 2);
            step(writer, 1, 2, true, false);
            List<Episode> episodes = memory.episodes();
            all.add(episodes.get(episodes.size() - 1));
            long tail = Math.max(0, all.get(i).lastSequence() + 1 - 6);
            List<Episode> expected = new ArrayList<>();
            expected.add(episodes.get(0));
            all.stream().filter(episode -> episode.lastSequence() >= tail).forEach(expected::add);
            assertThat(episodes).isEqualTo(expected);
            assertThat(text(episodes.get(0))).startsWith("0 patient OPEN length=1 ");
        }
        patient.abandon();
        assertThat(memory.episodes()).doesNotContain(all.get(0)).allMatch(each -> each.number() > 10);
    }

    @Test
    void episodeThatIsBegunAgainGivesUpTheOneBefore() {
        ReplayMemory memory = longs(RowLayout.SELF_CONTAINED, 10);
        StreamWriter writer = memory.writer("a");
        begin(writer, 1);
        assertThat(texts(memory))
                .containsExactly("0 a OPEN length=0 reward=NaN rows=-1..-1 policy=0 subject=null tags=[]");
        begin(writer, 1);
        assertThat(memory.episodes()).extracting(Episode::number).containsExactly(1L);
        step(writer, 1, 2);
        begin(writer, 1);
        assertThat(memory.episodes())
                .extracting(Episode::kind)
                .containsExactly(Episode.Kind.ABANDONED, Episode.Kind.OPEN);
    }

    @Test
    void closedMemoryTellsNothing() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        StreamWriter writer = memory.writer("a");
        begin(writer, 1);
        memory.close();
        assertThatThrownBy(memory::episodes).isInstanceOf(MemoryClosedException.class);
        writer.abandon();
        writer.close();
        assertThatThrownBy(() -> writer.label(EpisodeLabel.NONE)).isInstanceOf(StreamException.class);
    }
}
