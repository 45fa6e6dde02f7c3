package io.engram.replay.offheap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A directory of {@link SimulatedFiles}: its names now, its names on the disk, and the changes in between, in order.
 * On the disk is always some prefix of the changes.
 */
final class SimulatedDirectory implements SimulatedNode {
    private final TreeMap<String, SimulatedNode> names = new TreeMap<>();
    private final TreeMap<String, SimulatedNode> durable = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();
    private SimulatedDirectory parent;

    /** A rename from one directory to another: its two changes are kept or lost together. */
    private record Move(SimulatedDirectory from, SimulatedDirectory to) {}

    /**
     * One change of names; a rename within the directory is one.
     *
     * @param removed a name that is gone, or null
     * @param added a name that is there, or null
     * @param node what has the added name
     * @param move that this is half of, or null
     * @param ended a directory that is no more, or null
     */
    private record Change(String removed, String added, SimulatedNode node, Move move, SimulatedDirectory ended) {
        void applyTo(Map<String, SimulatedNode> target) {
            if (removed != null) {
                target.remove(removed);
            }
            if (added != null) {
                target.put(added, node);
            }
        }
    }

    /** The names in order. */
    TreeMap<String, SimulatedNode> names() {
        return names;
    }

    boolean isInside(SimulatedDirectory other) {
        return this == other || (parent != null && parent.isInside(other));
    }

    void add(String name, SimulatedNode node) {
        change(new Change(null, name, node, null, null));
        adopt(node);
    }

    void remove(String name) {
        SimulatedNode node = names.get(name);
        change(new Change(name, null, null, null, node instanceof SimulatedDirectory ended ? ended : null));
    }

    void rename(String from, SimulatedDirectory target, String to) {
        SimulatedNode node = names.get(from);
        SimulatedDirectory ended = target.names.get(to) instanceof SimulatedDirectory replaced ? replaced : null;
        if (target == this) {
            change(new Change(from, to, node, null, ended));
        } else {
            Move move = new Move(this, target);
            change(new Change(from, null, null, move, null));
            target.change(new Change(null, to, node, move, ended));
        }
        target.adopt(node);
    }

    private void change(Change change) {
        change.applyTo(names);
        pending.add(change);
    }

    private void adopt(SimulatedNode node) {
        if (node instanceof SimulatedDirectory directory) {
            directory.parent = this;
        }
    }

    int pendingChanges() {
        return pending.size();
    }

    /** Makes every change durable, with what in other directories must be if these are. */
    void sync() {
        Map<SimulatedDirectory, Integer> kept = new LinkedHashMap<>(Map.of(this, pending.size()));
        close(kept);
        kept.forEach((directory, count) -> {
            List<Change> synced = directory.pending.subList(0, count);
            synced.forEach(change -> change.applyTo(directory.durable));
            synced.clear();
        });
    }

    /** The names on the disk if so many of the changes are there. */
    Map<String, SimulatedNode> names(int kept) {
        Map<String, SimulatedNode> there = new TreeMap<>(durable);
        pending.subList(0, kept).forEach(change -> change.applyTo(there));
        return there;
    }

    /** What is there now was always there. */
    void settle() {
        durable.clear();
        durable.putAll(names);
        pending.clear();
    }

    /** Every directory that a name leads to now, or did on the disk, or in between. */
    void collect(Map<SimulatedDirectory, Integer> all) {
        if (all.putIfAbsent(this, 0) == null) {
            names.values().forEach(node -> collect(node, all));
            durable.values().forEach(node -> collect(node, all));
            pending.forEach(change -> collect(change.node(), all));
        }
    }

    private static void collect(SimulatedNode node, Map<SimulatedDirectory, Integer> all) {
        if (node instanceof SimulatedDirectory directory) {
            directory.collect(all);
        }
    }

    /**
     * Raises how many changes are kept until they agree: of a rename between directories both halves, with the name of
     * the directory that it leads to; and of a directory that was removed all that emptied it.
     */
    static void close(Map<SimulatedDirectory, Integer> kept) {
        boolean[] raised = {true};
        while (raised[0]) {
            raised[0] = false;
            for (Map.Entry<SimulatedDirectory, Integer> each : List.copyOf(kept.entrySet())) {
                for (Change change : each.getKey().pending.subList(0, each.getValue())) {
                    Move move = change.move();
                    if (move != null) {
                        raised[0] |= raise(kept, move.from(), move.from().countThrough(move));
                        raised[0] |= raise(kept, move.to(), move.to().countThrough(move));
                        raised[0] |= raiseNames(kept, move.to());
                    }
                    if (change.ended() != null) {
                        raised[0] |= raise(
                                kept, change.ended(), change.ended().pending.size());
                    }
                }
            }
        }
    }

    private static boolean raiseNames(Map<SimulatedDirectory, Integer> kept, SimulatedDirectory named) {
        boolean raised = false;
        for (SimulatedDirectory at = named; at.parent != null; at = at.parent) {
            for (int i = 0; i < at.parent.pending.size(); i++) {
                if (at.parent.pending.get(i).node() == at) {
                    raised |= raise(kept, at.parent, i + 1);
                }
            }
        }
        return raised;
    }

    private static boolean raise(Map<SimulatedDirectory, Integer> kept, SimulatedDirectory directory, int count) {
        if (kept.getOrDefault(directory, 0) >= count) {
            return false;
        }
        kept.put(directory, count);
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // that very move
    private int countThrough(Move move) {
        for (int i = 0; i < pending.size(); i++) {
            if (pending.get(i).move() == move) {
                return i + 1;
            }
        }
        return 0;
    }
}
