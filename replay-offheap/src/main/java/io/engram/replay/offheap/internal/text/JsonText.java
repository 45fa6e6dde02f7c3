package io.engram.replay.offheap.internal.text;

import java.util.List;
import java.util.stream.Collectors;

/** Values as JSON has them (RFC 8259), in ASCII. */
public final class JsonText {
    private static final char FIRST_PRINTABLE = ' ';
    private static final char LAST_PRINTABLE = '~';

    private JsonText() {}

    /**
     * A string.
     *
     * @param value any
     * @return in quotes
     */
    public static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < FIRST_PRINTABLE || c > LAST_PRINTABLE) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /**
     * An array, a line for each value.
     *
     * @param values as JSON has them
     * @return in brackets
     */
    public static String array(List<String> values) {
        return values.isEmpty() ? "[]" : values.stream().collect(Collectors.joining(",\n  ", "[\n  ", "]"));
    }
}
