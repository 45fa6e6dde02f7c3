package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.Windows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Samplers that draw from some episodes: each transition of those that is held, and was when the sampler looked, is
 * equally likely, and no other one is drawn; with the false-alarm rate of {@link ChiSquare}.
 */
public abstract class EpisodeFilterContract extends MemoryContract {
    private static final int CAPACITY = 150;

    /** A transition that was appended, the place of its step in the episode, and what its episode is. */
    private record Drawn(long start, int step, long episode, int stream, String subject) {}

    private final List<Drawn> appended = new ArrayList<>();
    private final List<StreamWriter> writers = new ArrayList<>();
    private final long[] previous = new long[2];
    private final int[] steps = new int[2];
    private final SplitMix64 random = new SplitMix64(5);
    private long episodes;
    private final long[] current = new long[2];
    private final String[] subjects = new String[2];

    private static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
    }

    private ReplayMemory filled(RowLayout layout) {
        ReplayMemory memory = memory(schema(layout), CAPACITY);
        writers.clear();
        writers.add(memory.writer("left"));
        writers.add(memory.writer("right"));
        append(memory, 420);
        return memory;
    }

    private void append(ReplayMemory memory, int calls) {
        boolean arrival = memory.schema().rowLayout() == RowLayout.ARRIVAL;
        for (int i = 0; i < calls; i++) {
            int stream = random.nextInt(2);
            StreamWriter writer = writers.get(stream);
            writer.field("observation").set(1L);
            if (!writer.inEpisode()) {
                subjects[stream] = "subject-" + random.nextInt(3);
                writer.label(EpisodeLabel.ofSubject(subjects[stream]));
                previous[stream] = writer.begin();
                current[stream] = episodes++;
                steps[stream] = 0;
            } else {
                writer.field("action").set(1L);
                writer.field("reward").set((float) random.nextInt(9));
                long end = writer.step(random.nextInt(8) == 0, false);
                appended.add(new Drawn(
                        arrival ? previous[stream] : end, steps[stream]++, current[stream], stream, subjects[stream]));
                previous[stream] = end;
            }
        }
    }

    static Stream<Arguments> layoutsAndFilters() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(
                                EpisodeFilter.ofSubject("subject-1"),
                                EpisodeFilter.ofStream("right"),
                                EpisodeFilter.bestByReturn(5),
                                EpisodeFilter.worstByReturn(9))
                        .map(filter -> Arguments.of(layout, filter)));
    }

    /** The starts of transitions that are held of the episodes that are meant. */
    private List<Long> starts(ReplayMemory memory, EpisodeFilter filter) {
        List<Long> numbers =
                filter.select(memory.episodes()).stream().map(Episode::number).toList();
        Predicate<Drawn> meant = switch (filter.kind()) {
            case SUBJECT -> each -> each.subject().equals(filter.text());
            case STREAM -> each -> (each.stream() == 0 ? "left" : "right").equals(filter.text());
            default -> each -> numbers.contains(each.episode());
        };
        long tail = memory.stats().appendedRows() - memory.size();
        return appended.stream()
                .filter(each -> each.start() >= tail)
                .filter(meant)
                .map(Drawn::start)
                .sorted()
                .toList();
    }

    private static String verdict(Sampler sampler, List<Long> starts) {
        Batch batch = sampler.newBatch();
        int[] next = {batch.size()};
        return Uniformity.verdict(starts.size(), batch.size(), () -> {
            if (next[0] == batch.size()) {
                sampler.sample(batch);
                next[0] = 0;
            }
            int found = Collections.binarySearch(starts, batch.sequence(next[0]++));
            assertThat(found).as("a transition of another episode, or none").isNotNegative();
            return found;
        });
    }

    @ParameterizedTest
    @MethodSource("layoutsAndFilters")
    void everyTransitionOfTheEpisodesIsEquallyLikely(RowLayout layout, EpisodeFilter filter) {
        ReplayMemory memory = filled(layout);
        List<Long> starts = starts(memory, filter);
        assertThat(starts).hasSizeBetween(5, 140);
        try (Sampler sampler = memory.sampler(
                SamplerSpec.uniform("some", 32).seed(1).episodes(filter).build())) {
            assertThat(verdict(sampler, starts)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("layoutsAndFilters")
    void whatIsLeftOfTheEpisodesIsEquallyLikelyUntilTheSamplerLooksAgain(RowLayout layout, EpisodeFilter filter) {
        ReplayMemory memory = filled(layout);
        long many = 1_000_000_000;
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("some", 32)
                .seed(2)
                .episodes(filter.refreshedEvery(many))
                .build())) {
            List<Long> before = starts(memory, filter);
            sampler.sample(sampler.newBatch());
            append(memory, 30);
            long tail = memory.stats().appendedRows() - memory.size();
            List<Long> left = before.stream().filter(each -> each >= tail).toList();
            assertThat(left).hasSizeBetween(2, before.size());
            assertThat(verdict(sampler, left)).isEmpty();
            // All of it leaves the window, so the sampler looks for more.
            append(memory, 500);
            assertThat(verdict(sampler, starts(memory, filter))).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void samplerLooksAgainAfterSoManyBatches(RowLayout layout) {
        ReplayMemory memory = filled(layout);
        EpisodeFilter filter = EpisodeFilter.ofStream("left");
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("some", 400)
                .seed(3)
                .episodes(filter.refreshedEvery(3))
                .build())) {
            Batch batch = sampler.newBatch();
            long newestKnown = 0;
            for (int i = 0; i < 12; i++) {
                append(memory, 20);
                List<Long> now = starts(memory, filter);
                if (i % 3 == 0) {
                    newestKnown = now.get(now.size() - 1);
                }
                long limit = newestKnown;
                sampler.sample(batch);
                assertThat(sequences(batch)).allMatch(each -> each <= limit && now.contains(each));
                // Of 400 draws of at most 150 all miss the newest with a probability below 0.07.
                if (i % 3 == 0) {
                    assertThat(Collections.max(sequences(batch))).isGreaterThan(limit - 20);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void windowsAndStepsAreOfTheEpisodes(RowLayout layout) {
        ReplayMemory memory = filled(layout);
        EpisodeFilter filter = EpisodeFilter.ofSubject("subject-2");
        List<Long> starts = starts(memory, filter);
        try (Sampler steps = memory.sampler(SamplerSpec.uniform("steps", 32)
                        .nStep(NStep.of(3, 0.9))
                        .episodes(filter)
                        .build());
                Sampler windows = memory.sampler(SamplerSpec.uniform("windows", 32)
                        .windows(Windows.of(2).withStride(2))
                        .episodes(filter)
                        .build())) {
            assertThat(verdict(steps, starts)).isEmpty();
            Batch batch = windows.newBatch();
            for (int i = 0; i < 20; i++) {
                windows.sample(batch);
                assertThat(starts).containsAll(sequences(batch));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noMatchIsTheErrorOfTooFewRows(RowLayout layout) {
        ReplayMemory memory = filled(layout);
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("some", 4)
                        .episodes(EpisodeFilter.ofSubject("late"))
                        .build());
                Sampler patient = memory.sampler(SamplerSpec.uniform("patient", 4)
                        .patience(Duration.ofSeconds(100))
                        .episodes(EpisodeFilter.ofSubject("late"))
                        .build())) {
            Batch batch = sampler.newBatch();
            long state = sampler.state().random();
            assertThat(sampler.trySample(batch)).isFalse();
            assertThat(sampler.state().random()).isEqualTo(state);
            assertThatThrownBy(() -> sampler.sample(batch))
                    .isInstanceOf(TooFewTransitionsException.class)
                    .hasMessageContaining("late");
            StreamWriter writer = memory.writer("late");
            writer.label(EpisodeLabel.ofSubject("late"));
            writer.field("observation").set(1L);
            writer.begin();
            writer.field("observation").set(1L);
            writer.field("action").set(1L);
            writer.field("reward").set(1f);
            writer.step(false, false);
            sampler.sample(batch);
            assertThat(sequences(batch)).containsOnly(batch.sequence(0));
            patient.sample(patient.newBatch());
        }
    }
}
