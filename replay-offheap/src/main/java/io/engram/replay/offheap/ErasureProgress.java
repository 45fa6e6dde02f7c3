package io.engram.replay.offheap;

/** Is told how far an erasure is, by the thread that carries it out. What it throws ends the erasure as a failure. */
@FunctionalInterface
public interface ErasureProgress {
    /** For who does not want to know. */
    ErasureProgress NONE = (step, finished, all) -> {};

    /**
     * A file is finished in one of the steps.
     *
     * @param step which
     * @param finished files of this step
     * @param all files of this step
     */
    void finished(Step step, int finished, int all);

    /** The steps, in order. */
    enum Step {
        /** Rows are made unreadable. */
        ROWS,
        /** Their bytes are made zeros. */
        BYTES,
        /** Episodes are taken out of journals. */
        JOURNALS,
        /** Snapshots are told of their changed files. */
        MANIFESTS
    }
}
