package io.engram.replay.offheap.internal.check;

import io.engram.replay.RowLayout;
import io.engram.replay.Windows;
import io.engram.replay.offheap.internal.ring.WindowStarts;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether what an index is for starts from a row, were the memory opened now: then no episode goes on. For rows of old
 * segments whose links are lost it may say no where the answer is yes.
 */
final class Starts implements LongPredicate {
    private final HeldRows rows;
    private final boolean arrival;
    private final @Nullable Windows windows;

    Starts(HeldRows rows, RowLayout layout, @Nullable Windows windows) {
        this.rows = rows;
        this.arrival = layout == RowLayout.ARRIVAL;
        this.windows = windows;
    }

    @Override
    public boolean test(long sequence) {
        if (!rows.isRow(sequence)) {
            return false;
        }
        if (windows == null) {
            return !arrival || rows.next(sequence) != HeldRows.NONE;
        }
        int step = rows.step(sequence);
        if (!WindowStarts.canBegin(windows, step)) {
            return false;
        }
        int wanted = WindowStarts.wantedSteps(windows) - (arrival ? 0 : 1);
        int went = 0;
        long at = sequence;
        while (went < wanted) {
            long next = rows.next(at);
            if (next == HeldRows.NONE) {
                break;
            }
            at = next;
            went++;
        }
        int steps = went + (arrival ? 0 : 1);
        return steps > 0 && WindowStarts.isWindow(windows, step, steps, went < wanted);
    }
}
