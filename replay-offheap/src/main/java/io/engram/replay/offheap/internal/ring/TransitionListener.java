package io.engram.replay.offheap.internal.ring;

/** Is told of one writer's transitions once they can be read. Called inside an epoch, by the writer's thread. */
public interface TransitionListener {
    /** Does nothing. */
    TransitionListener NONE = new TransitionListener() {
        @Override
        public boolean published(int stream, int step, long start, double priority) {
            return false;
        }

        @Override
        public void resumed(int stream, int step, long start) {}

        @Override
        public void ended(int stream, int steps) {}
    };

    /**
     * A transition can be read.
     *
     * @param stream the stream's number
     * @param step the transition's place in its episode, from 0
     * @param start the row that it starts from
     * @param priority what its writer gave, or {@link io.engram.replay.internal.Lane#UNRATED}
     * @return whether the priority was clamped
     */
    boolean published(int stream, int step, long start, double priority);

    /**
     * A transition of an open episode was there when the memory was opened. In the order of steps, before all others.
     *
     * @param stream the stream's number
     * @param step the transition's place in its episode, from 0
     * @param start the row that it starts from
     */
    void resumed(int stream, int step, long start);

    /**
     * The stream's episode has ended, which can be seen by now.
     *
     * @param stream the stream's number
     * @param steps how many transitions it has
     */
    void ended(int stream, int steps);
}
