package io.engram.replay.contract;

import io.engram.replay.AgeLimit;
import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.FrameStack.Padding;
import io.engram.replay.InitialPriority;
import io.engram.replay.NStep;
import io.engram.replay.NStep.Head;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Role;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import io.engram.replay.Windows.Order;
import io.engram.replay.Windows.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is drawn from memories of {@link Schemas#learning}, in every way that there is. */
final class ElementSpecs {
    private static final AgeLimit YOUNG = new AgeLimit(7, AgeLimit.ANY_TIME, AgeLimit.UNLIMITED);

    /** Which elements, without names, seeds and sizes. */
    record Kind(
            @Nullable NStep nStep,
            Map<String, FrameStack> stacks,
            @Nullable Windows windows,
            AgeLimit maxAge) {
        Kind young() {
            return new Kind(nStep, stacks, windows, YOUNG);
        }

        Kind stacked(FrameStack ofObservation, FrameStack ofPixels) {
            return new Kind(nStep, Map.of(Field.OBSERVATION, ofObservation, "pixels", ofPixels), windows, maxAge);
        }

        /** Completes a spec with all columns that there are. */
        SamplerSpec of(Schema schema, SamplerSpec.Builder spec) {
            if (nStep != null) {
                spec.nStep(nStep);
            }
            if (windows != null) {
                spec.windows(windows);
            }
            stacks.forEach(spec::stack);
            return spec.maxAge(maxAge)
                    .columns(columns(schema, nStep, windows).toArray(String[]::new))
                    .build();
        }
    }

    private ElementSpecs() {}

    private static Kind transitions(@Nullable NStep nStep) {
        return new Kind(nStep, Map.of(), null, AgeLimit.NONE);
    }

    private static Kind windows(Windows windows) {
        return new Kind(null, Map.of(), windows, AgeLimit.NONE);
    }

    /** Transitions. */
    static List<Kind> transitions() {
        FrameStack two = FrameStack.of(2);
        FrameStack four = new FrameStack(4, Padding.ZEROS);
        return List.of(
                transitions(null),
                transitions(null).stacked(four, two),
                transitions(null).stacked(FrameStack.of(1), FrameStack.of(3)).young(),
                transitions(NStep.of(1, 0.5)),
                transitions(NStep.of(2, 0.5).withReward("cost")),
                transitions(NStep.of(3, 0.5)).stacked(two, four),
                transitions(NStep.of(3, 0.5).withHead(Head.WAIT)).young(),
                transitions(NStep.of(5, 1)),
                transitions(NStep.of(5, 0.5).withHead(Head.WAIT)).stacked(FrameStack.of(3), two));
    }

    /** Windows. */
    static List<Kind> windows() {
        FrameStack two = FrameStack.of(2);
        FrameStack three = new FrameStack(3, Padding.ZEROS);
        return List.of(
                windows(Windows.of(1)),
                windows(Windows.of(3)),
                windows(Windows.of(3).withBurnIn(2)).stacked(three, two),
                windows(Windows.of(3).withStride(2).withTail(Tail.SHIFT_BACK)),
                windows(Windows.of(3).withStride(2).withTail(Tail.SHIFT_BACK).withBurnIn(2))
                        .young(),
                windows(Windows.of(3).withStride(2).withTail(Tail.SHIFT_BACK).withOrder(Order.BACKWARD))
                        .stacked(two, three),
                windows(Windows.of(2).withStride(5).withTail(Tail.DROP).withBurnIn(1)),
                windows(Windows.of(4).withStride(1).withOrder(Order.BACKWARD).withBurnIn(3)),
                windows(Windows.episodes(4)),
                windows(Windows.episodes(8)).stacked(three, two),
                windows(new Windows(6, 6, Tail.PAD, 0, Order.BACKWARD, true)));
    }

    /** An index for the transitions and for each way to cut windows. */
    static PriorityIndex[] indexes() {
        List<PriorityIndex> indexes = new ArrayList<>();
        indexes.add(Shares.proportional(0.5));
        for (Kind kind : windows()) {
            String name = index(kind);
            if (indexes.stream().noneMatch(index -> index.name().equals(name))) {
                PriorityIndex.Builder builder = indexes.size() == 2
                        ? PriorityIndex.rankBased(name)
                        : PriorityIndex.proportional(name)
                                .initial(
                                        indexes.size() == 3
                                                ? InitialPriority.fixed(0.75)
                                                : InitialPriority.historicalMaximum());
                if (kind.windows() != null) {
                    builder.windows(kind.windows());
                }
                indexes.add(builder.build());
            }
        }
        return indexes.toArray(PriorityIndex[]::new);
    }

    /** The name of the index for such elements. */
    static String index(Kind kind) {
        Windows windows = kind.windows();
        if (windows == null) {
            return PriorityIndex.DEFAULT_NAME;
        }
        return windows.wholeEpisodes()
                ? "episodes-" + windows.length()
                : "windows-" + windows.length() + "-" + windows.stride() + "-" + windows.tail();
    }

    private static List<String> columns(Schema schema, @Nullable NStep nStep, @Nullable Windows windows) {
        List<String> columns = new ArrayList<>();
        for (Field field : schema.fields()) {
            columns.add(field.name());
            if (field.role() == Role.STATE) {
                columns.add(Schema.NEXT + field.name());
                if (nStep == null && (windows == null || windows.order() == Order.FORWARD)) {
                    columns.add(Schema.STATES + field.name());
                }
                if (windows != null) {
                    columns.add(Schema.FIRST + field.name());
                }
            }
        }
        columns.add(Schema.TERMINATED);
        columns.add(Schema.TRUNCATED);
        if (nStep != null) {
            columns.addAll(List.of(NStep.STEPS, NStep.DISCOUNT, NStep.BOOTSTRAP));
        }
        if (windows != null) {
            columns.addAll(List.of(Windows.VALID, Windows.BURN_IN));
        }
        return columns;
    }
}
