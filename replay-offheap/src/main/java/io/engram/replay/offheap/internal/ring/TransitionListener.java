package io.engram.replay.offheap.internal.ring;

/** Is told of transitions once they can be read. Called inside an epoch, by many threads. */
public interface TransitionListener {
    /** Does nothing. */
    TransitionListener NONE = (start, priority) -> false;

    /**
     * A transition can be read.
     *
     * @param start the row that it starts from
     * @param priority what its writer gave, or {@link io.engram.replay.internal.Lane#UNRATED}
     * @return whether the priority was clamped
     */
    boolean published(long start, double priority);
}
