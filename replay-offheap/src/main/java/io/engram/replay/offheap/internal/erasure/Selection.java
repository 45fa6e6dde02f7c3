package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.EpisodeLabel;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.List;

/**
 * What is to be erased. Immutable.
 *
 * @param kind by what it is chosen
 * @param text the stream, subject or tag; empty for the other kinds
 * @param episodes numbers, ascending, each once; empty for the other kinds
 * @param from the first sequence; 0 for the other kinds
 * @param to one more than the last sequence; 0 for the other kinds
 */
public record Selection(Kind kind, String text, List<Long> episodes, long from, long to) {
    /** By what is chosen. */
    public enum Kind {
        /** Episodes by their numbers. */
        EPISODES(0),
        /** All episodes of a stream. */
        STREAM(1),
        /** All episodes about a subject. */
        SUBJECT(2),
        /** All episodes with a tag. */
        TAG(3),
        /** Rows by their sequences. */
        SEQUENCES(4);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** In files. */
        int code() {
            return code;
        }
    }

    /** Checks it. */
    public Selection {
        episodes = episodes.stream().sorted().distinct().toList();
        boolean hasText = kind == Kind.STREAM || kind == Kind.SUBJECT || kind == Kind.TAG;
        if (hasText == text.isEmpty()) {
            throw new IllegalArgumentException("kind=" + kind + " with a text of length=" + text.length()
                    + ", expected " + (hasText ? "the name that is chosen by" : "none"));
        }
        if ((kind == Kind.EPISODES) == episodes.isEmpty()) {
            throw new IllegalArgumentException("kind=" + kind + " with episodes=" + episodes.size() + ", expected "
                    + (kind == Kind.EPISODES ? "at least one" : "none"));
        }
        if (!episodes.isEmpty() && episodes.get(0) < 0) {
            throw new IllegalArgumentException("episode=" + episodes.get(0) + ", expected at least 0");
        }
        boolean range = from >= 0 && from < to && to <= Stamp.SEQUENCE_LIMIT;
        if (kind == Kind.SEQUENCES ? !range : from != 0 || to != 0) {
            throw new IllegalArgumentException("kind=" + kind + " with sequences from=" + from + " to=" + to
                    + ", expected " + (kind == Kind.SEQUENCES ? "0 <= from < to" : "none"));
        }
    }

    /**
     * Episodes by number.
     *
     * @param episodes at least one number
     * @return the selection
     */
    public static Selection ofEpisodes(List<Long> episodes) {
        return new Selection(Kind.EPISODES, "", episodes, 0, 0);
    }

    /**
     * Episodes by what is said of them.
     *
     * @param kind STREAM, SUBJECT or TAG
     * @param text the name
     * @return the selection
     */
    public static Selection ofText(Kind kind, String text) {
        return new Selection(kind, text, List.of(), 0, 0);
    }

    /**
     * Rows by sequence.
     *
     * @param from the first
     * @param to one more than the last
     * @return the selection
     */
    public static Selection ofSequences(long from, long to) {
        return new Selection(Kind.SEQUENCES, "", List.of(), from, to);
    }

    /**
     * Without rows that are not there yet.
     *
     * @param head one more than the newest row
     * @return this, unless it chooses by sequence and beyond the head
     * @throws IllegalArgumentException if nothing is left
     */
    public Selection before(long head) {
        if (kind != Kind.SEQUENCES || to <= head) {
            return this;
        }
        if (from >= head) {
            throw new IllegalArgumentException("sequences from=" + from + " to=" + to
                    + " are not there yet, expected some below the head=" + head);
        }
        return ofSequences(from, head);
    }

    /**
     * Whether a label has the text that is chosen by.
     *
     * @param label any
     * @return false for kinds that no label tells of
     */
    public boolean names(EpisodeLabel label) {
        return switch (kind) {
            case SUBJECT -> text.equals(label.subject());
            case TAG -> label.tags().contains(text);
            case STREAM, EPISODES, SEQUENCES -> false;
        };
    }
}
