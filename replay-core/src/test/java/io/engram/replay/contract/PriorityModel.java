package io.engram.replay.contract;

import io.engram.replay.InitialPriority;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.PriorityIndex;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.priority.Leaves;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one index must hold after a history and updates, by definition: a priority and a mass for each transition that
 * is held, by the sequence it starts from. Knows nothing of trees.
 */
final class PriorityModel {
    private final PriorityIndex settings;
    private final long capacity;
    private final int leaves;
    private final TransitionModel history;
    private final Map<Long, Double> priorities = new HashMap<>();
    private final Map<Long, Long> masses = new HashMap<>();
    /** What was ranked last, descending. */
    private List<Float> ranked = new ArrayList<>();

    private int taken;
    private long updatesSinceRanking;
    private double historicalMaximum = 1;
    private double maximumOfThisRun;
    private double maximumOfTheRunBefore;
    private long updatesOfThisRun;
    private long leastMass = Long.MAX_VALUE;
    long updates;
    long stale;

    PriorityModel(PriorityIndex settings, long capacity, TransitionModel history) {
        this.settings = settings;
        this.capacity = capacity;
        this.leaves = Leaves.count(capacity);
        this.history = history;
    }

    /** Takes in what the history has come to. */
    void catchUp() {
        List<TransitionModel.Transition> all = history.transitions();
        for (; taken < all.size(); taken++) {
            TransitionModel.Transition transition = all.get(taken);
            // A transition whose first row was overwritten before its last came was never there.
            if (transition.start() > transition.end() - capacity) {
                boolean rated = transition.priority() != TransitionModel.UNRATED;
                set(transition.start(), rated ? transition.priority() : initial());
                if (rated) {
                    remember(transition.priority(), 1);
                }
            }
        }
        priorities.keySet().removeIf(start -> start < history.rows() - capacity);
        masses.keySet().retainAll(priorities.keySet());
    }

    void update(long[] handles, double[] given) {
        Map<Long, Double> last = new HashMap<>();
        for (int i = 0; i < handles.length; i++) {
            if (priorities.containsKey(handles[i])) {
                last.put(handles[i], given[i]);
            } else {
                stale++;
            }
        }
        if (last.isEmpty()) {
            return;
        }
        last.forEach(this::set);
        updates += last.size();
        remember(last.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow(), last.size());
        updatesSinceRanking += last.size();
        long every = settings.rerankEvery() == 0 ? capacity : settings.rerankEvery();
        if (settings.kind() == PriorityIndex.Kind.RANK && updatesSinceRanking >= Math.min(every, priorities.size())) {
            rank();
        }
    }

    /** The transitions that can be drawn, in the order of the leaves. */
    List<Long> positive() {
        return masses.keySet().stream()
                .filter(start -> masses.get(start) > 0)
                .sorted(Comparator.comparing(start -> start % leaves))
                .toList();
    }

    long mass(long start) {
        return masses.getOrDefault(start, 0L);
    }

    long total() {
        return masses.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The least positive mass ever. */
    long leastMass() {
        return leastMass;
    }

    /** The transitions that a batch must have; there must be some. */
    List<Long> draw(Draw how, int size, SplitMix64 random) {
        List<Long> drawable = positive();
        long total = total();
        List<Long> drawn = new ArrayList<>();
        for (int place = 0; place < size; place++) {
            long unit = random.nextLong(total);
            if (how == Draw.STRATIFIED) {
                unit = BigInteger.valueOf(place)
                        .multiply(BigInteger.valueOf(total))
                        .add(BigInteger.valueOf(unit))
                        .divide(BigInteger.valueOf(size))
                        .longValueExact();
            }
            int at = 0;
            while (unit >= mass(drawable.get(at))) {
                unit -= mass(drawable.get(at++));
            }
            drawn.add(drawable.get(at));
        }
        return drawn;
    }

    private double initial() {
        InitialPriority policy = settings.initial();
        return switch (policy.policy()) {
            case FIXED -> policy.value();
            case HISTORICAL_MAXIMUM -> historicalMaximum;
            case RECENT_MAXIMUM -> {
                double recent = Math.max(maximumOfThisRun, maximumOfTheRunBefore);
                yield recent > 0 ? recent : 1;
            }
        };
    }

    private void remember(double largest, int count) {
        historicalMaximum = Math.max(historicalMaximum, largest);
        maximumOfThisRun = Math.max(maximumOfThisRun, largest);
        updatesOfThisRun += count;
        if (updatesOfThisRun >= settings.initial().window()) {
            maximumOfTheRunBefore = maximumOfThisRun;
            maximumOfThisRun = 0;
            updatesOfThisRun = 0;
        }
    }

    private void set(long start, double priority) {
        priorities.put(start, priority);
        if (settings.kind() == PriorityIndex.Kind.PROPORTIONAL) {
            setMass(start, Shares.mass(priority, settings.alpha()));
        } else {
            long above = ranked.stream().filter(each -> each > (float) priority).count();
            setMass(start, priority == 0 ? 0 : massOfRank(above + 1));
        }
    }

    private void rank() {
        Comparator<Long> byPriority =
                Comparator.comparing(start -> priorities.get(start).floatValue());
        Comparator<Long> byLeaf = Comparator.comparing(start -> start % leaves);
        List<Long> order = priorities.keySet().stream()
                .filter(start -> priorities.get(start) > 0)
                .sorted(byPriority.thenComparing(byLeaf).reversed())
                .toList();
        ranked = new ArrayList<>();
        for (Long start : order) {
            ranked.add(priorities.get(start).floatValue());
            setMass(start, massOfRank(ranked.size()));
        }
        updatesSinceRanking = 0;
        Set<Long> different = new HashSet<>(order);
        if (different.size() != order.size()) {
            throw new AssertionError("a transition was ranked twice: " + order);
        }
    }

    private void setMass(long start, long mass) {
        masses.put(start, mass);
        if (mass > 0) {
            leastMass = Math.min(leastMass, mass);
        }
    }

    private long massOfRank(long rank) {
        return StrictMath.round(StrictMath.pow((double) rank, -settings.alpha()) * 0x1p35);
    }
}
