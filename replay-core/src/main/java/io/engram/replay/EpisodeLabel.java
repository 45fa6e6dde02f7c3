package io.engram.replay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an episode is about: a subject, such as a patient, a user or a machine, and tags. Immutable, with value
 * equality; kept in the memory's journal for as long as the episode is.
 */
public final class EpisodeLabel {
    /** No subject, no tags. */
    public static final EpisodeLabel NONE = new EpisodeLabel(null, List.of());
    /** The longest subject, in characters. */
    public static final int MAX_SUBJECT_LENGTH = 200;
    /** The most tags. */
    public static final int MAX_TAGS = 32;
    /** The longest tag, in characters. */
    public static final int MAX_TAG_LENGTH = 100;
    /** The most bytes that subject and tags have together, in UTF-8. */
    public static final int MAX_BYTES = 2048;

    private final @Nullable String subject;
    private final List<String> tags;

    private EpisodeLabel(@Nullable String subject, List<String> tags) {
        this.subject = subject;
        this.tags = tags;
    }

    /**
     * A label.
     *
     * @param subject 1 to {@value #MAX_SUBJECT_LENGTH} characters, no control characters; null for none
     * @param tags at most {@value #MAX_TAGS}, all different, each of 1 to {@value #MAX_TAG_LENGTH} characters, no
     *     control characters
     * @return the label
     * @throws IllegalArgumentException if a part is bad, or all have more than {@value #MAX_BYTES} bytes in UTF-8
     */
    public static EpisodeLabel of(@Nullable String subject, Collection<String> tags) {
        int bytes = subject == null ? 0 : check("subject", subject, MAX_SUBJECT_LENGTH);
        if (tags.size() > MAX_TAGS) {
            throw new IllegalArgumentException("tags=" + tags.size() + " of a label, limit=" + MAX_TAGS);
        }
        List<String> checked = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String tag : tags) {
            bytes += check("tag", tag, MAX_TAG_LENGTH);
            if (!seen.add(tag)) {
                throw new IllegalArgumentException("tag '" + tag + "' of a label is given twice");
            }
            checked.add(tag);
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a label is too long: bytes=" + bytes + " of subject and tags in UTF-8, limit=" + MAX_BYTES);
        }
        return new EpisodeLabel(subject, List.copyOf(checked));
    }

    /**
     * A label with a subject.
     *
     * @param subject as {@link #of}
     * @param tags as {@link #of}
     * @return the label
     * @throws IllegalArgumentException as {@link #of}
     */
    public static EpisodeLabel ofSubject(String subject, String... tags) {
        return of(subject, List.of(tags));
    }

    /**
     * A label without a subject.
     *
     * @param tags as {@link #of}
     * @return the label
     * @throws IllegalArgumentException as {@link #of}
     */
    public static EpisodeLabel ofTags(String... tags) {
        return of(null, List.of(tags));
    }

    /**
     * Who or what the episode is about.
     *
     * @return the subject, or null
     */
    public @Nullable String subject() {
        return subject;
    }

    /**
     * The tags, in the order in which they were given.
     *
     * @return an immutable list
     */
    public List<String> tags() {
        return tags;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpisodeLabel that && Objects.equals(subject, that.subject) && tags.equals(that.tags);
    }

    @Override
    public int hashCode() {
        return Objects.hash(subject, tags);
    }

    @Override
    public String toString() {
        return "subject=" + subject + " tags=" + tags;
    }

    /** Throws, or returns the bytes in UTF-8. Without control characters no text can pass for a record of a journal. */
    private static int check(String what, String text, int limit) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "a label has an empty " + what + ": expected 1 to " + limit + " characters");
        }
        if (text.length() > limit) {
            throw new IllegalArgumentException(what + " '" + text.substring(0, 40)
                    + "...' of a label is too long: length=" + text.length() + ", limit=" + limit);
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(what + " '" + text.replaceAll("\\p{Cntrl}", "?")
                    + "' of a label has a control character; use printable characters only");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    what + " '" + text + "' of a label has half a surrogate pair; use whole characters only");
        }
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
