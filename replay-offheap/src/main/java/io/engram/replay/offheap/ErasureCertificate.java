package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.erasure.ErasureRecord;
import io.engram.replay.offheap.internal.erasure.FileOutcome;
import io.engram.replay.offheap.internal.erasure.KinState;
import java.util.List;
import java.util.UUID;

/**
 * What an erasure was asked to do and what it did: the record of it in the memory's directory, which names what was
 * erased by a hash only. Immutable.
 */
public final class ErasureCertificate {
    /** What {@link #finished} is as long as something is left to be erased. */
    public static final long NOT_FINISHED = ErasureRecord.NOT_FINISHED;

    private final ErasureRecord erasure;

    /**
     * What was done to a file of rows.
     *
     * @param path below the memory's directory, with {@code /} between names
     * @param erasedRows rows that were meant, or that no memory or snapshot had in its window any more
     * @param survivors rows that stay
     * @param digestBefore SHA-256 in hexadecimal of the surviving rows, in order, before the erasure
     * @param digestAfter the same after it; the two must be equal
     * @param note what else is to be said; may be empty
     */
    public record File(
            String path, long erasedRows, long survivors, String digestBefore, String digestAfter, String note) {}

    /**
     * Another memory with the same origin, which was asked to erase the same.
     *
     * @param path its directory
     * @param state {@code REQUESTED} while its owner has not, {@code FINISHED} when it has, {@code NOT_FOUND} if it is
     *     not where it was, {@code NOT_REACHED} if it is there, but damaged, full, or not to be read or written
     */
    public record Kin(String path, String state) {}

    ErasureCertificate(ErasureRecord erasure) {
        this.erasure = erasure;
    }

    /**
     * What tells the erasure apart, here and in every memory that was asked to do the same.
     *
     * @return its number
     */
    public UUID id() {
        return erasure.request();
    }

    /**
     * The memory.
     *
     * @return its id, which forks share
     */
    public UUID memoryId() {
        return erasure.memoryId();
    }

    /**
     * By what it was chosen what to erase.
     *
     * @return {@code EPISODES}, {@code STREAM}, {@code SUBJECT}, {@code TAG} or {@code SEQUENCES}
     */
    public String kind() {
        return erasure.what().kind().name();
    }

    /**
     * The SHA-256 of the name of the stream, subject or tag: it tells whether a name is the one that was erased. There
     * is no salt in it, so whoever has the certificate can find a name that can be guessed, by trying.
     *
     * @return in hexadecimal; empty for other kinds
     */
    public String hash() {
        return erasure.what().hash();
    }

    /**
     * The numbers of the episodes that were asked for.
     *
     * @return empty unless the kind is {@code EPISODES}
     */
    public List<Long> episodeNumbers() {
        return erasure.what().episodes();
    }

    /**
     * The first sequence that was asked for.
     *
     * @return 0 unless the kind is {@code SEQUENCES}
     */
    public long fromSequence() {
        return erasure.what().from();
    }

    /**
     * One more than the last sequence that was asked for.
     *
     * @return 0 unless the kind is {@code SEQUENCES}
     */
    public long toSequence() {
        return erasure.what().to();
    }

    /**
     * When it was asked for.
     *
     * @return milliseconds since 1970 UTC
     */
    public long requested() {
        return erasure.requested();
    }

    /**
     * When nothing was left.
     *
     * @return milliseconds since 1970 UTC, or {@link #NOT_FINISHED}
     */
    public long finished() {
        return erasure.finished();
    }

    /**
     * How many rows of the memory itself were erased.
     *
     * @return a count, without those that only snapshots had
     */
    public long rows() {
        return erasure.rows();
    }

    /**
     * How many episodes of the memory itself were erased.
     *
     * @return a count
     */
    public long episodes() {
        return erasure.episodes();
    }

    /**
     * What was done to files of rows.
     *
     * @return those that had something that was erased
     */
    public List<File> files() {
        return erasure.files().stream().map(ErasureCertificate::file).toList();
    }

    private static File file(FileOutcome outcome) {
        return new File(
                outcome.path(),
                outcome.erased(),
                outcome.survivors(),
                outcome.before(),
                outcome.after(),
                outcome.note());
    }

    /**
     * Forks, and the memory that this one was forked from.
     *
     * @return as they were when this was written, or looked up
     */
    public List<Kin> kin() {
        return erasure.kin().stream().map(ErasureCertificate::kin).toList();
    }

    private static Kin kin(KinState state) {
        return new Kin(state.path(), state.state().name());
    }

    /**
     * What an erasure cannot reach.
     *
     * @return sentences
     */
    public List<String> unreached() {
        return erasure.unreached();
    }

    /**
     * The certificate as text.
     *
     * @return one JSON object
     */
    public String toJson() {
        return CertificateJson.of(this);
    }

    @Override
    public String toString() {
        return "erasure " + id() + " of " + kind() + ": rows=" + rows() + ", episodes=" + episodes()
                + (finished() == NOT_FINISHED ? ", not finished" : "");
    }
}
