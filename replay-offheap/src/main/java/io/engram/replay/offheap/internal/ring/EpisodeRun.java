package io.engram.replay.offheap.internal.ring;

/** How far an episode goes on from a row, and whether it has ended there. For one thread, inside an epoch. */
public final class EpisodeRun {
    private final EpisodeWalk walk;
    private boolean ended;

    /**
     * Runs along a walk.
     *
     * @param walk to move
     */
    public EpisodeRun(EpisodeWalk walk) {
        this.walk = walk;
    }

    /**
     * Goes forward from where the walk is.
     *
     * @param most rows to go
     * @param visitor is shown each row that the walk comes to
     * @return how many rows it went
     */
    public int forward(int most, Visitor visitor) {
        ended = false;
        for (int went = 0; went < most; went++) {
            if (walk.isLast()) {
                ended = true;
                return went;
            }
            if (!walk.goForward()) {
                if (!walk.isClosed()) {
                    return went;
                }
                // Closed meanwhile: what came before that can be seen now.
                if (!walk.goForward()) {
                    ended = true;
                    return went;
                }
            }
            visitor.visit(went + 1, walk);
        }
        return most;
    }

    /**
     * Whether the last run stopped because the episode has no more rows and will have none.
     *
     * @return false if it went as far as it was to go, or the episode can go on
     */
    public boolean hasEnded() {
        return ended;
    }

    /** Is shown rows. */
    public interface Visitor {
        /**
         * A row that the walk has come to.
         *
         * @param offset rows from where it began
         * @param walk at the row
         */
        void visit(int offset, EpisodeWalk walk);
    }
}
