package io.engram.replay.offheap.internal.erasure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A request to erase, and what came of it. As long as it is pending it holds what is to be erased, by name; a finished
 * one has the hash of the name only. Immutable.
 *
 * @param memoryId of the memory; forks have the same
 * @param request its number, the same in every memory that it is passed on to
 * @param requested milliseconds since 1970 UTC
 * @param finished milliseconds since 1970 UTC, or {@link #NOT_FINISHED}
 * @param what what is to be erased
 * @param rows rows of the memory that were erased
 * @param episodes episodes of the memory that were erased
 * @param window what of the memory is meant
 * @param known which episodes the numbers stand for; empty if that is to be found out, or not needed
 * @param files what was done to files
 * @param kin how far forks, and the origin, are
 * @param unreached what is not reached, in words
 */
public record ErasureRecord(
        UUID memoryId,
        UUID request,
        long requested,
        long finished,
        What what,
        long rows,
        long episodes,
        LiveWindow window,
        List<KnownEpisode> known,
        List<FileOutcome> files,
        List<KinState> kin,
        List<String> unreached) {
    /** What {@link #finished} is while something is left. */
    public static final long NOT_FINISHED = -1;

    /**
     * What is to be erased, as far as that may be known.
     *
     * @param kind by what it is chosen
     * @param text stream, subject or tag while the erasure is pending; else empty
     * @param hash SHA-256 of the text in hexadecimal; empty for kinds without
     * @param episodes the numbers that were chosen
     * @param from the first sequence, or 0
     * @param to one more than the last sequence, or 0
     */
    public record What(Selection.Kind kind, String text, String hash, List<Long> episodes, long from, long to) {
        /** Keeps a copy. */
        public What {
            episodes = List.copyOf(episodes);
        }

        static What of(Selection selection) {
            return new What(
                    selection.kind(),
                    selection.text(),
                    selection.text().isEmpty() ? "" : Hashes.of(selection.text()),
                    selection.episodes(),
                    selection.from(),
                    selection.to());
        }

        private What withoutText() {
            return new What(kind, "", hash, episodes, from, to);
        }
    }

    /** Keeps copies. */
    public ErasureRecord {
        known = List.copyOf(known);
        files = List.copyOf(files);
        kin = List.copyOf(kin);
        unreached = List.copyOf(unreached);
    }

    /**
     * A new request.
     *
     * @param memoryId of the memory
     * @param request its number
     * @param requested milliseconds since 1970 UTC
     * @param selection what is to be erased
     * @param nextEpisode episodes of the memory from this number on are not meant, or {@link LiveWindow#NOT_KNOWN}
     * @return pending
     */
    public static ErasureRecord pending(
            UUID memoryId, UUID request, long requested, Selection selection, long nextEpisode) {
        return new ErasureRecord(
                memoryId,
                request,
                requested,
                NOT_FINISHED,
                What.of(selection),
                0,
                0,
                new LiveWindow(LiveWindow.NOT_KNOWN, LiveWindow.NOT_KNOWN, nextEpisode),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    /**
     * Whether something is left.
     *
     * @return true until the record is {@link #asFinished finished}
     */
    public boolean isPending() {
        return finished == NOT_FINISHED;
    }

    /**
     * Up to which number episodes of the memory are meant.
     *
     * @return one more, or {@link LiveWindow#NOT_KNOWN}
     */
    public long nextEpisode() {
        return window.nextEpisode();
    }

    /**
     * What is to be erased.
     *
     * @return by name
     * @throws IllegalStateException if the record is finished, so that the name is not known any more
     */
    public Selection selection() {
        if (!isPending()) {
            throw new IllegalStateException("the erasure is finished: request=" + request);
        }
        return new Selection(what.kind(), what.text(), what.episodes(), what.from(), what.to());
    }

    /**
     * With what the numbers stand for, and up to which number episodes are meant; from then on another run means the
     * same ones.
     *
     * @param identified from {@link Resolution#known}
     * @param meant what of the memory is meant
     * @return a changed copy
     */
    public ErasureRecord withKnown(List<KnownEpisode> identified, LiveWindow meant) {
        return new ErasureRecord(
                memoryId, request, requested, finished, what, rows, episodes, meant, identified, files, kin, unreached);
    }

    /**
     * With how far others are.
     *
     * @param states of each
     * @return a changed copy
     */
    public ErasureRecord withKin(List<KinState> states) {
        return new ErasureRecord(
                memoryId, request, requested, finished, what, rows, episodes, window, known, files, states, unreached);
    }

    /**
     * With what was done so far. What an earlier run did to the same file is kept: a later one finds less to do.
     *
     * @param erasedRows rows of the memory; the most that was ever said counts
     * @param erasedEpisodes episodes of the memory; the most that was ever said counts
     * @param outcomes of this run
     * @return a changed copy
     */
    public ErasureRecord withOutcomes(long erasedRows, long erasedEpisodes, List<FileOutcome> outcomes) {
        Map<String, FileOutcome> byPath = new LinkedHashMap<>();
        files.forEach(file -> byPath.put(file.path(), file));
        outcomes.forEach(file -> byPath.merge(file.path(), file, FileOutcome::followedBy));
        return new ErasureRecord(
                memoryId,
                request,
                requested,
                finished,
                what,
                Math.max(rows, erasedRows),
                Math.max(episodes, erasedEpisodes),
                window,
                known,
                new ArrayList<>(byPath.values()),
                kin,
                unreached);
    }

    /**
     * With nothing left, and without the name.
     *
     * @param at milliseconds since 1970 UTC
     * @param notReached what is not reached
     * @return a changed copy
     */
    public ErasureRecord asFinished(long at, List<String> notReached) {
        return new ErasureRecord(
                memoryId,
                request,
                requested,
                at,
                what.withoutText(),
                rows,
                episodes,
                window,
                known,
                files,
                kin,
                notReached);
    }

    /** What is passed on to others: what is meant, and nothing of what was done here. */
    ErasureRecord forKin() {
        return new ErasureRecord(
                memoryId,
                request,
                requested,
                NOT_FINISHED,
                what,
                0,
                0,
                LiveWindow.NONE,
                known,
                List.of(),
                List.of(),
                List.of());
    }
}
