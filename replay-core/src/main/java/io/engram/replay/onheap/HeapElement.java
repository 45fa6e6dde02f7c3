package io.engram.replay.onheap;

import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Windows;
import org.jspecify.annotations.Nullable;

/**
 * What one place of a batch holds: steps {@code first} to {@code first + steps - 1} of an episode, the first
 * {@code burnIn} of them burn-in; of a transition over n steps {@code steps} is how many it bridges. Immutable.
 *
 * @param episode of the steps
 * @param key the row that it is known by
 * @param first the first step
 * @param steps how many
 * @param burnIn how many of them are burn-in
 */
record HeapElement(HeapEpisode episode, long key, int first, int steps, int burnIn) {
    /**
     * The element that a row is the key of.
     *
     * @return null if there is none, or not all of it is held
     */
    static @Nullable HeapElement of(HeapRing ring, SamplerSpec spec, @Nullable NStep nStep, long key) {
        HeapEpisode episode = ring.episode(key);
        int step = ring.row(key).step();
        if (!episode.hasStep(step)) {
            return null;
        }
        Windows windows = spec.windows();
        HeapElement element = windows == null
                ? transition(episode, key, step, nStep)
                : windows.wholeEpisodes() ? whole(episode, key, step, windows) : window(episode, key, step, windows);
        boolean found = element != null
                && element.isHeld(spec)
                && element.policyVersionsBehind(ring) <= spec.maxAge().policyVersions();
        return found ? element : null;
    }

    /** By how many versions the policy that acted first, after burn-in, is behind the newest. */
    long policyVersionsBehind(HeapRing ring) {
        return Math.max(
                0,
                ring.policyVersions().newest()
                        - episode.stepRow(ring, first + burnIn).policyVersion());
    }

    private static @Nullable HeapElement transition(HeapEpisode episode, long key, int step, @Nullable NStep nStep) {
        int wanted = nStep == null ? 1 : nStep.n();
        int left = episode.length() - step;
        boolean wait = nStep != null && nStep.head() == NStep.Head.WAIT;
        return left < wanted && wait && !episode.hasEnded()
                ? null
                : new HeapElement(episode, key, step, Math.min(wanted, left), 0);
    }

    private static @Nullable HeapElement whole(HeapEpisode episode, long key, int step, Windows windows) {
        return step == 0 && episode.hasEnded() && episode.length() <= windows.length()
                ? new HeapElement(episode, key, 0, episode.length(), 0)
                : null;
    }

    private static @Nullable HeapElement window(HeapEpisode episode, long key, int step, Windows windows) {
        if (!HeapEpisode.isWindow(step, episode.length(), episode.hasEnded(), windows)) {
            return null;
        }
        int length = Math.min(windows.length(), episode.length() - step);
        int first = step;
        if (length < windows.length() && windows.tail() == Windows.Tail.SHIFT_BACK) {
            first = Math.max(0, episode.length() - windows.length());
            length = episode.length() - first;
        }
        int burnIn = Math.min(windows.burnIn(), first);
        return new HeapElement(episode, key, first - burnIn, burnIn + length, burnIn);
    }

    /** Whether all its steps are held, and the states before them that its stacks need. */
    private boolean isHeld(SamplerSpec spec) {
        int deepest =
                spec.stacks().values().stream().mapToInt(FrameStack::size).max().orElse(1);
        return episode.firstHeld() <= Math.max(0, first - deepest + 1);
    }
}
