package io.engram.replay.offheap.internal.erasure;

/** Is told how far an erasure is. */
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
