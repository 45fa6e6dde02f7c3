package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.erasure.Selection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** What is to be erased. Immutable. */
public final class ErasureRequest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Selection selection;
    private final Duration timeout;
    private final ErasureProgress progress;

    private ErasureRequest(Selection selection, Duration timeout, ErasureProgress progress) {
        this.selection = selection;
        this.timeout = timeout;
        this.progress = progress;
    }

    static ErasureRequest of(Selection selection) {
        return new ErasureRequest(selection, TIMEOUT, ErasureProgress.NONE);
    }

    /**
     * Episodes by their numbers. An episode of that number that a snapshot has from before a restore is another one,
     * and not meant, as far as the memory's journal has the number still; if it has given it up, there is nothing to
     * compare with, and what has the number goes.
     *
     * @param numbers at least one, each at least 0
     * @return the request
     * @throws IllegalArgumentException if there is none, or one is negative
     */
    public static ErasureRequest episodes(Collection<Long> numbers) {
        return of(Selection.ofEpisodes(List.copyOf(numbers)));
    }

    /**
     * All episodes of a stream so far. Its name stays known.
     *
     * @param name of the stream
     * @return the request
     * @throws IllegalArgumentException if it is empty
     */
    public static ErasureRequest stream(String name) {
        return of(Selection.ofText(Selection.Kind.STREAM, name));
    }

    /**
     * All episodes about a subject so far.
     *
     * @param subject of their labels
     * @return the request
     * @throws IllegalArgumentException if it is empty
     */
    public static ErasureRequest subject(String subject) {
        return of(Selection.ofText(Selection.Kind.SUBJECT, subject));
    }

    /**
     * All episodes with a tag so far.
     *
     * @param tag one of their labels'
     * @return the request
     * @throws IllegalArgumentException if it is empty
     */
    public static ErasureRequest tag(String tag) {
        return of(Selection.ofText(Selection.Kind.TAG, tag));
    }

    /**
     * Rows by their sequences, those that are there, whatever episodes they are of. What the journal says of these
     * episodes stays, and so does an open one go on. With self-contained rows the row before the first in its episode
     * goes, too: it holds that one's state as its next state.
     *
     * @param from the first
     * @param to one more than the last
     * @return the request
     * @throws IllegalArgumentException unless {@code 0 <= from < to}
     */
    public static ErasureRequest sequences(long from, long to) {
        return of(Selection.ofSequences(from, to));
    }

    /**
     * How long to wait for a snapshot or another erasure that is under way; 60 seconds unless said.
     *
     * @param limit zero or more
     * @return a request that differs in that
     */
    public ErasureRequest timeout(Duration limit) {
        return new ErasureRequest(selection, limit, progress);
    }

    /**
     * Who is told how far the erasure is; nobody unless said, and nobody if another process carries it out.
     *
     * @param listener is called by the thread that erases
     * @return a request that differs in that
     */
    public ErasureRequest progress(ErasureProgress listener) {
        return new ErasureRequest(selection, timeout, listener);
    }

    Selection selection() {
        return selection;
    }

    Duration timeout() {
        return timeout;
    }

    ErasureProgress progress() {
        return progress;
    }

    @Override
    public String toString() {
        return selection.toString();
    }
}
