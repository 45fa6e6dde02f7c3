package io.engram.replay.offheap.exchange;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON, and as much of Python's literals as headers of NumPy files have: strings in either quotes, tuples as
 * lists, a comma at the end. Objects are maps, whole numbers {@code Long}, other ones {@code Double}.
 */
final class Literal {
    /** {@code null} or {@code None}. */
    static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private static final int MAX_DEPTH = 64;

    private final String text;
    private int at;
    private int depth;

    private Literal(String text) {
        this.text = text;
    }

    /** Throws {@code IllegalArgumentException} that says where the text stops to make sense. */
    static Object parse(String text) {
        Literal literal = new Literal(text);
        Object value = literal.value();
        literal.skipSpace();
        if (literal.at < text.length()) {
            throw literal.unexpected("the end");
        }
        return value;
    }

    private Object value() {
        skipSpace();
        char c = peek();
        if (++depth > MAX_DEPTH) {
            throw unexpected("at most " + MAX_DEPTH + " values within each other");
        }
        Object value = switch (c) {
            case '{' -> object();
            case '[' -> list(']');
            case '(' -> list(')');
            case '"', '\'' -> string();
            default -> word();
        };
        depth--;
        return value;
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        at++;
        while (!ends('}')) {
            skipSpace();
            if (peek() != '"' && peek() != '\'') {
                throw unexpected("a key in quotes");
            }
            String key = string();
            skipSpace();
            expect(':');
            if (object.put(key, value()) != null) {
                throw unexpected("no second '" + key + "'");
            }
            separate('}');
        }
        return object;
    }

    private List<Object> list(char end) {
        List<Object> list = new ArrayList<>();
        at++;
        while (!ends(end)) {
            list.add(value());
            separate(end);
        }
        return list;
    }

    private boolean ends(char end) {
        skipSpace();
        if (peek() == end) {
            at++;
            return true;
        }
        return false;
    }

    private void separate(char end) {
        skipSpace();
        if (peek() != end) {
            expect(',');
        }
    }

    private String string() {
        char quote = text.charAt(at++);
        StringBuilder string = new StringBuilder();
        while (peek() != quote) {
            char c = text.charAt(at++);
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                if (at + 4 > text.length()) {
                    throw unexpected("four hexadecimal digits");
                }
                try {
                    char coded = (char) Integer.parseInt(text.substring(at, at + 4), 16);
                    at += 4;
                    yield coded;
                } catch (NumberFormatException e) {
                    throw unexpected("four hexadecimal digits");
                }
            }
            default -> c;
        };
    }

    private Object word() {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "+-._".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        String word = text.substring(start, at);
        Object constant = switch (word) {
            case "true", "True" -> true;
            case "false", "False" -> false;
            case "null", "None" -> NONE;
            default -> number(word);
        };
        if (constant == null) {
            at = start;
            throw unexpected("a value");
        }
        return constant;
    }

    private static @Nullable Object number(String word) {
        try {
            if (word.matches("[+-]?[0-9]+")) {
                return Long.parseLong(word);
            }
            return word.matches("[+-]?[0-9][0-9.eE+-]*") ? Double.valueOf(word) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw unexpected("more");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw unexpected("'" + c + "'");
        }
        at++;
    }

    private IllegalArgumentException unexpected(String expected) {
        String found = text.substring(Math.min(at, text.length()), Math.min(at + 20, text.length()));
        return new IllegalArgumentException(
                "unreadable at character " + at + ": found '" + found + "', expected " + expected);
    }
}
