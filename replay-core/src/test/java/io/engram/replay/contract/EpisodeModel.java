package io.engram.replay.contract;

import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * All that can be sampled after a {@link Script}, by the definitions: keeps every episode whole, lists all its
 * transitions or windows, and leaves out those of which a row is no longer among the last {@code capacity}. Knows
 * nothing of rings, links, draws or columns' memory; values are as {@link Elements#columns} has them.
 */
final class EpisodeModel {
    /** An episode: one state more than steps; the row that each lies in, -1 for a state without one. */
    private static final class Episode {
        final List<Long> states = new ArrayList<>();
        final List<Long> stateRows = new ArrayList<>();
        final List<Script.Step> steps = new ArrayList<>();
        final List<Long> stepRows = new ArrayList<>();
        boolean over;

        int length() {
            return steps.size();
        }
    }

    private final Schema schema;
    private final List<Field> stateFields;
    private final boolean arrival;
    private final long capacity;
    private final List<Episode> episodes = new ArrayList<>();
    private final Map<String, Episode> open = new HashMap<>();
    private long rows;

    EpisodeModel(Schema schema, long capacity) {
        this.schema = schema;
        this.stateFields =
                schema.fields().stream().filter(f -> f.role() == Role.STATE).toList();
        this.arrival = schema.rowLayout() == RowLayout.ARRIVAL;
        this.capacity = capacity;
    }

    void play(List<Script.Event> events) {
        for (Script.Event event : events) {
            Episode episode = open.get(event.stream());
            if (event.kind() == Script.Kind.STEP) {
                step(Objects.requireNonNull(episode), event);
                continue;
            }
            if (episode != null) {
                episode.over = true;
                open.remove(event.stream());
            }
            if (event.kind() == Script.Kind.BEGIN) {
                Episode begun = new Episode();
                begun.states.add(event.state());
                begun.stateRows.add(arrival ? rows++ : -1);
                episodes.add(begun);
                open.put(event.stream(), begun);
            }
        }
    }

    private void step(Episode episode, Script.Event event) {
        Script.Step step = Objects.requireNonNull(event.step());
        long row = rows++;
        episode.steps.add(step);
        episode.stepRows.add(row);
        episode.states.add(event.state());
        if (arrival) {
            episode.stateRows.add(row);
        } else {
            // A row has the state that its step starts from and the one that it leads to; the latter counts while no
            // row starts from it.
            episode.stateRows.set(episode.length() - 1, row);
            episode.stateRows.add(row);
        }
        if (step.ends()) {
            episode.over = true;
            open.remove(event.stream());
        }
    }

    /** Every element that can be drawn, by key: its columns. */
    TreeMap<Long, Map<String, String>> elements(SamplerSpec spec) {
        TreeMap<Long, Map<String, String>> elements = new TreeMap<>();
        for (Episode episode : episodes) {
            for (Span span : spec.windows() == null ? transitions(episode, spec) : windows(episode, spec.windows())) {
                if (isHeld(episode, span, spec)) {
                    long key = (arrival ? episode.stateRows : episode.stepRows).get(span.key());
                    if (key >= rows - capacity
                            && key >= rows - 1 - Math.min(rows, spec.maxAge().steps())) {
                        elements.put(key, columns(episode, span, spec));
                    }
                }
            }
        }
        return elements;
    }

    /** Steps {@code from} to {@code to - 1}, learned from step {@code learned} on, known by step {@code key}. */
    private record Span(int key, int from, int learned, int to) {}

    private static List<Span> transitions(Episode episode, SamplerSpec spec) {
        List<Span> spans = new ArrayList<>();
        NStep nStep = spec.nStep();
        for (int step = 0; step < episode.length(); step++) {
            int end = step + (nStep == null ? 1 : nStep.n());
            boolean isThere = end <= episode.length();
            if (isThere || episode.over || Objects.requireNonNull(nStep).head() == NStep.Head.SHORTEN) {
                spans.add(new Span(step, step, step, Math.min(end, episode.length())));
            }
        }
        return spans;
    }

    private static List<Span> windows(Episode episode, Windows windows) {
        List<Span> spans = new ArrayList<>();
        int steps = episode.length();
        int length = windows.length();
        if (windows.wholeEpisodes()) {
            if (episode.over && steps > 0 && steps <= length) {
                spans.add(new Span(0, 0, 0, steps));
            }
            return spans;
        }
        int begin = 0;
        while (begin < steps) {
            int end = begin + length;
            if (end <= steps) {
                spans.add(new Span(begin, Math.max(0, begin - windows.burnIn()), begin, end));
            } else if (episode.over && windows.tail() == Windows.Tail.PAD) {
                spans.add(new Span(begin, Math.max(0, begin - windows.burnIn()), begin, steps));
            } else if (episode.over && windows.tail() == Windows.Tail.SHIFT_BACK) {
                int first = Math.max(0, steps - length);
                spans.add(new Span(begin, Math.max(0, first - windows.burnIn()), first, steps));
            }
            if (end >= steps) {
                break;
            }
            begin += windows.stride();
        }
        return spans;
    }

    private boolean isHeld(Episode episode, Span span, SamplerSpec spec) {
        int deepest = 1;
        for (FrameStack stack : spec.stacks().values()) {
            deepest = Math.max(deepest, stack.size());
        }
        boolean held = true;
        for (int state = Math.max(0, span.from() - deepest + 1); state <= span.to(); state++) {
            held &= episode.stateRows.get(state) >= rows - capacity;
        }
        for (int step = span.from(); step < span.to(); step++) {
            held &= episode.stepRows.get(step) >= rows - capacity;
        }
        return held;
    }

    private Map<String, String> columns(Episode episode, Span span, SamplerSpec spec) {
        Map<String, String> columns = new LinkedHashMap<>();
        spec.columns().forEach(name -> columns.put(name, String.join(" ", column(episode, span, spec, name))));
        return columns;
    }

    private List<String> column(Episode episode, Span span, SamplerSpec spec, String name) {
        if (name.startsWith(Schema.FIRST)) {
            return stack(episode, span.from(), schema.field(name.substring(Schema.FIRST.length())), spec);
        }
        if (name.startsWith(Schema.STATES)) {
            return states(episode, span, schema.field(name.substring(Schema.STATES.length())), spec);
        }
        Windows windows = spec.windows();
        if (windows == null) {
            return ofTransition(episode, span, spec, name);
        }
        List<List<String>> positions = new ArrayList<>();
        for (int step = span.from(); step < span.to(); step++) {
            positions.add(ofStep(episode, step, span, spec, name));
        }
        if (windows.order() == Windows.Order.BACKWARD) {
            Collections.reverse(positions);
        }
        int elements = positions.get(0).size();
        while (positions.size() < windows.burnIn() + windows.length()) {
            positions.add(Collections.nCopies(elements, "0"));
        }
        List<String> values = new ArrayList<>();
        positions.forEach(values::addAll);
        return values;
    }

    /** The value of a step in a window. */
    private List<String> ofStep(Episode episode, int step, Span span, SamplerSpec spec, String name) {
        return switch (name) {
            case Windows.VALID -> List.of("1");
            case Windows.BURN_IN -> List.of(step < span.learned() ? "1" : "0");
            case Schema.TERMINATED -> List.of(episode.steps.get(step).terminated() ? "1" : "0");
            case Schema.TRUNCATED -> List.of(episode.steps.get(step).truncated() ? "1" : "0");
            default -> stateOrStep(episode, step, step + 1, spec, name);
        };
    }

    private List<String> ofTransition(Episode episode, Span span, SamplerSpec spec, String name) {
        Script.Step last = episode.steps.get(span.to() - 1);
        NStep nStep = spec.nStep();
        if (nStep != null && name.equals(nStep.reward())) {
            double sum = 0;
            for (int i = span.from(); i < span.to(); i++) {
                double reward = ScriptPlayer.stepElement(schema.field(name), episode.steps.get(i));
                sum += discount(episode, span.from(), i, nStep) * reward;
            }
            return List.of(Elements.text(sum));
        }
        return switch (name) {
            case NStep.STEPS -> List.of(Integer.toString(span.to() - span.from()));
            case NStep.DISCOUNT ->
                List.of(Elements.text(discount(episode, span.from(), span.to(), Objects.requireNonNull(nStep))));
            case NStep.BOOTSTRAP -> List.of(last.terminated() ? "0" : "1");
            case Schema.TERMINATED -> List.of(last.terminated() ? "1" : "0");
            case Schema.TRUNCATED -> List.of(last.truncated() ? "1" : "0");
            default -> stateOrStep(episode, span.from(), span.to(), spec, name);
        };
    }

    /** What a value after step {@code to - 1} counts at step {@code from}: gamma times discount of each. */
    private double discount(Episode episode, int from, int to, NStep nStep) {
        double product = 1;
        for (Script.Step step : episode.steps.subList(from, to)) {
            product *= nStep.gamma() * (schema.contains(Field.DISCOUNT) ? step.discount() : 1);
        }
        return product;
    }

    private List<String> stateOrStep(Episode episode, int from, int to, SamplerSpec spec, String name) {
        if (name.startsWith(Schema.NEXT)) {
            return stack(episode, to, schema.field(name.substring(Schema.NEXT.length())), spec);
        }
        Field field = schema.field(name);
        return field.role() == Role.STATE
                ? stack(episode, from, field, spec)
                : Collections.nCopies(
                        field.elements(), Elements.text(ScriptPlayer.stepElement(field, episode.steps.get(from))));
    }

    private List<String> stack(Episode episode, int newest, Field field, SamplerSpec spec) {
        FrameStack stack = spec.stacks().getOrDefault(field.name(), FrameStack.of(1));
        List<String> values = new ArrayList<>();
        for (int state = newest - stack.size() + 1; state <= newest; state++) {
            values.addAll(state(episode, state, field, stack));
        }
        return values;
    }

    private List<String> states(Episode episode, Span span, Field field, SamplerSpec spec) {
        FrameStack stack = spec.stacks().getOrDefault(field.name(), FrameStack.of(1));
        Windows windows = spec.windows();
        int positions = windows == null ? 1 : windows.burnIn() + windows.length();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < stack.size() + positions; i++) {
            int state = span.from() - stack.size() + 1 + i;
            values.addAll(
                    state <= span.to()
                            ? state(episode, state, field, stack)
                            : Collections.nCopies(field.elements(), "0"));
        }
        return values;
    }

    private List<String> state(Episode episode, int index, Field field, FrameStack stack) {
        if (index < 0 && stack.padding() == FrameStack.Padding.ZEROS) {
            return Collections.nCopies(field.elements(), "0");
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < field.elements(); i++) {
            long value =
                    ScriptPlayer.stateElement(episode.states.get(Math.max(0, index)), stateFields.indexOf(field), i);
            values.add(Long.toString(
                    switch (field.dtype()) {
                        case U8 -> value & 0xFF;
                        default -> value;
                    }));
        }
        return values;
    }
}
