package io.engram.replay.internal;

import io.engram.replay.EpisodeLabel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A label as bytes: the subject's length (u16, 0 for none) and the count of tags (u16), the subject, then each tag with
 * its length (u16) before it. Text is UTF-8, numbers are little-endian.
 */
public final class LabelText {
    /** The most bytes of a label. */
    public static final int MAX_LENGTH = 2 * Short.BYTES + EpisodeLabel.MAX_TAGS * Short.BYTES + EpisodeLabel.MAX_BYTES;

    private LabelText() {}

    /**
     * Writes a label.
     *
     * @param label any
     * @return its bytes
     */
    public static byte[] encode(EpisodeLabel label) {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        String subject = label.subject();
        byte[] text = subject == null ? new byte[0] : subject.getBytes(StandardCharsets.UTF_8);
        bytes.putShort((short) text.length)
                .putShort((short) label.tags().size())
                .put(text);
        for (String tag : label.tags()) {
            byte[] tagText = tag.getBytes(StandardCharsets.UTF_8);
            bytes.putShort((short) tagText.length).put(tagText);
        }
        byte[] exact = new byte[bytes.flip().remaining()];
        bytes.get(exact);
        return exact;
    }

    /**
     * Reads a label.
     *
     * @param bytes from its first byte to its last
     * @return the label
     * @throws IllegalArgumentException if they are none
     */
    public static EpisodeLabel decode(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < 2 * Short.BYTES) {
            throw new IllegalArgumentException("a label has bytes=" + in.remaining());
        }
        int subjectLength = in.getShort();
        int count = in.getShort();
        String subject = subjectLength == 0 ? null : text(in, subjectLength);
        List<String> tags = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tags.add(text(in, in.remaining() < Short.BYTES ? -1 : in.getShort()));
        }
        return label(subject, tags);
    }

    private static EpisodeLabel label(@Nullable String subject, List<String> tags) {
        return subject == null && tags.isEmpty() ? EpisodeLabel.NONE : EpisodeLabel.of(subject, tags);
    }

    private static String text(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a text of a label has length=" + length + " of " + in.remaining());
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
