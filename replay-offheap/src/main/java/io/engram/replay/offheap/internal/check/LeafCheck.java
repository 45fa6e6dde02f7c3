package io.engram.replay.offheap.internal.check;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.internal.priority.Mass;
import io.engram.replay.internal.priority.MaximumPriority;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.priority.IndexMemory;
import io.engram.replay.offheap.internal.priority.Leaf;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** Checks the words of one priority index, which have no checksum: whether they can be. For one thread. */
final class LeafCheck {
    private static final int PAGE = 4096;

    private final Path file;
    private final PriorityIndex settings;
    private final int leaves;
    private final long address;
    private final Findings findings;
    private final Map<Problem, long[]> problems = new EnumMap<>(Problem.class);

    /** What can be wrong with a word. */
    private enum Problem {
        MAXIMUM(Severity.INFORMATION, "words of the largest priority make no sense, and count as 0"),
        TOO_MUCH(Severity.WARNING, "leaves have more mass than there can be"),
        DEAD_MASS(Severity.WARNING, "dead leaves have mass"),
        NO_START(Severity.WARNING, "leaves have mass for rows that start nothing"),
        EARLY(Severity.INFORMATION, "leaves have mass for rows that start nothing yet"),
        OUTSIDE(Severity.WARNING, "leaves are of rows that the snapshot does not have"),
        NOT_INSERTED(Severity.INFORMATION, "rows start something and have no leaf"),
        GENERATION(Severity.INFORMATION, "leaves are of rows that are not there yet"),
        PRIORITY(Severity.INFORMATION, "priorities are not those of their leaves");

        private final Severity severity;
        private final String text;

        Problem(Severity severity, String text) {
            this.severity = severity;
            this.text = text;
        }
    }

    LeafCheck(Path file, PriorityIndex settings, int leaves, long address, Findings findings) {
        this.file = file;
        this.settings = settings;
        this.leaves = leaves;
        this.address = address;
        this.findings = findings;
    }

    /** {@code rows}: null if it is not known which there are. */
    void check(Zeros zeros, RowLayout layout, @Nullable HeldRows rows) {
        long maximumEnd = IndexMemory.MAXIMUM_OFFSET + (long) MaximumPriority.WORDS * Long.BYTES;
        zeros.require("what lies behind the words of the maximum", maximumEnd, IndexMemory.LEAVES_OFFSET);
        long leavesEnd = IndexMemory.LEAVES_OFFSET + (long) leaves * Long.BYTES;
        long ranks = (leavesEnd + PAGE - 1) & -PAGE;
        boolean ranked = settings.kind() == PriorityIndex.Kind.RANK;
        zeros.require("what lies behind the leaves", leavesEnd, ranks);
        if (ranked) {
            long ranksEnd = ranks + (long) leaves * Long.BYTES;
            zeros.require("what lies behind the priorities", ranksEnd, (ranksEnd + PAGE - 1) & -PAGE);
        }
        maximum();
        findings.leaves += leaves;
        for (int leaf = 0; leaf < leaves; leaf++) {
            sane(leaf);
        }
        if (rows != null) {
            Starts starts = new Starts(rows, layout, settings.windows());
            for (long sequence = Math.max(0, rows.head() - leaves); sequence < rows.head(); sequence++) {
                if (rows.isOfSnapshot()) {
                    snapshotLeaf(sequence, rows, starts);
                } else {
                    leaf(sequence, rows, starts);
                }
                if (ranked) {
                    rank(sequence, rows.tail(), ranks);
                }
            }
        }
        problems.forEach(this::tell);
    }

    private void maximum() {
        for (int word = 0; word < MaximumPriority.WORDS; word++) {
            int offset = IndexMemory.MAXIMUM_OFFSET + word * Long.BYTES;
            long bits = UnsafeApi.getLong(address + offset);
            double priority = Double.longBitsToDouble(bits);
            boolean last = word == MaximumPriority.WORDS - 1;
            if (last ? bits < 0 : !(priority >= 0 && priority < Double.POSITIVE_INFINITY)) {
                note(Problem.MAXIMUM, offset);
            }
        }
    }

    private void sane(int leaf) {
        int offset = offset(leaf);
        long word = UnsafeApi.getLong(address + offset);
        if ((word & Leaf.DEAD) != 0 && Leaf.mass(word) != 0) {
            note(Problem.DEAD_MASS, offset);
        } else if (Leaf.mass(word) > Mass.MAX) {
            note(Problem.TOO_MUCH, offset);
        }
    }

    private void leaf(long sequence, HeldRows rows, Starts starts) {
        int offset = offset((int) (sequence % leaves));
        long word = UnsafeApi.getLong(address + offset);
        long generation = Leaf.generation(sequence, leaves);
        if (Leaf.isLive(word, generation)) {
            boolean certain = rows.isUnsealed(sequence) || !rows.isRow(sequence);
            if (sequence >= rows.tail() && certain && Leaf.mass(word) > 0 && !starts.test(sequence)) {
                note(rows.isRestored() ? Problem.EARLY : Problem.NO_START, offset);
            }
        } else if (Leaf.generation(word) != generation && !Leaf.isOlder(word, generation)) {
            note(Problem.GENERATION, offset);
        } else if (sequence >= rows.tail() && starts.test(sequence)) {
            note(Problem.NOT_INSERTED, offset);
        }
    }

    /** A leaf is as it was some moments after the rows; which rows there are is not looked up in shared files. */
    private void snapshotLeaf(long sequence, HeldRows rows, Starts starts) {
        int offset = offset((int) (sequence % leaves));
        long word = UnsafeApi.getLong(address + offset);
        long generation = Leaf.generation(sequence, leaves);
        boolean live = Leaf.isLive(word, generation);
        if (Leaf.generation(word) != generation && !Leaf.isOlder(word, generation)) {
            note(Problem.GENERATION, offset);
        } else if (live && sequence < rows.tail()) {
            note(Problem.OUTSIDE, offset);
        } else if (sequence >= rows.tail() && rows.isUnsealed(sequence)) {
            boolean massive = live && Leaf.mass(word) > 0;
            if (massive != starts.test(sequence) && (massive || !live)) {
                note(massive ? Problem.EARLY : Problem.NOT_INSERTED, offset);
            }
        }
    }

    private void rank(long sequence, long tail, long ranks) {
        int leaf = (int) (sequence % leaves);
        long generation = Leaf.generation(sequence, leaves);
        long word = UnsafeApi.getLong(address + offset(leaf));
        if (sequence < tail || !Leaf.isLive(word, generation)) {
            return;
        }
        long offset = ranks + (long) leaf * Long.BYTES;
        long stored = UnsafeApi.getLong(address + offset);
        float priority = Float.intBitsToFloat((int) stored);
        if (stored >>> Integer.SIZE != generation || !(priority >= 0 && priority < Float.POSITIVE_INFINITY)) {
            note(Problem.PRIORITY, offset);
        }
    }

    private static int offset(int leaf) {
        return IndexMemory.LEAVES_OFFSET + leaf * Long.BYTES;
    }

    /** Counts, and keeps the first place. */
    private void note(Problem problem, long offset) {
        problems.computeIfAbsent(problem, first -> new long[] {offset, 0})[1]++;
    }

    private void tell(Problem problem, long[] where) {
        findings.add(new Finding(
                problem.severity,
                file,
                where[0],
                problem.text,
                "words=" + where[1],
                "",
                "nothing need be: the next opening settles them"));
    }
}
