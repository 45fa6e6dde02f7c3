package io.engram.replay.offheap.internal.ring;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Which episodes more rows can come of: at most one a stream. A stream's writer sets its own entry, anybody looks.
 *
 * <p>Wait-free, but for the lock-free {@link #register}.
 */
public final class OpenEpisodes {
    private static final long NONE = -1;
    private static final int BLOCK = 64;

    /** Blocks are never replaced, so who has an old array sees the same entries. */
    private final AtomicReference<AtomicLongArray[]> blocks = new AtomicReference<>(new AtomicLongArray[0]);

    /** No episode is open. */
    public OpenEpisodes() {}

    /**
     * Makes room for a stream. Before a writer uses it.
     *
     * @param stream the stream's number
     */
    public void register(int stream) {
        blocks.updateAndGet(known -> stream / BLOCK < known.length ? known : grown(known, stream / BLOCK + 1));
    }

    private static AtomicLongArray[] grown(AtomicLongArray[] known, int length) {
        AtomicLongArray[] grown = Arrays.copyOf(known, length);
        for (int i = known.length; i < length; i++) {
            long[] none = new long[BLOCK];
            Arrays.fill(none, NONE);
            grown[i] = new AtomicLongArray(none);
        }
        return grown;
    }

    /**
     * Says that an episode goes on that began in an earlier life of the memory. Before anybody else uses this.
     *
     * @param stream registered
     * @param episode its open one
     */
    public void resume(int stream, long episode) {
        begin(stream, episode);
    }

    /** Before the first row of an episode is published. */
    void begin(int stream, long episode) {
        blocks()[stream / BLOCK].set(stream % BLOCK, episode);
    }

    /** After the last row of a stream's episode was published and linked. */
    void end(int stream) {
        blocks()[stream / BLOCK].set(stream % BLOCK, NONE);
    }

    /**
     * Says that no more rows come of an episode, because it is being erased. Whatever its writer does at that moment;
     * does nothing if another episode of the stream is open.
     *
     * @param stream the stream's number
     * @param episode of that stream
     */
    public void erase(int stream, long episode) {
        AtomicLongArray[] current = blocks();
        int block = stream / BLOCK;
        if (block < current.length) {
            current[block].compareAndSet(stream % BLOCK, episode, NONE);
        }
    }

    /**
     * Whether an episode can go on.
     *
     * @param stream the stream's number
     * @param episode of that stream
     * @return false once its last row and the link to it can be seen
     */
    public boolean isOpen(int stream, long episode) {
        AtomicLongArray[] current = blocks();
        int block = stream / BLOCK;
        return block < current.length && current[block].get(stream % BLOCK) == episode;
    }

    private AtomicLongArray[] blocks() {
        return Objects.requireNonNull(blocks.get());
    }
}
