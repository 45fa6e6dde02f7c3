package io.engram.replay.offheap.exchange;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.offheap.internal.text.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes with exchanged rows and is not in them, as JSON: the schema, capacity, streams and episodes. Immutable.
 *
 * @param schema the fields
 * @param capacity of the memory
 * @param streams their names by number
 * @param episodes by number, ascending
 */
record Description(Schema schema, long capacity, List<String> streams, List<Episode> episodes) {
    static final String FILE_NAME = "engram.json";
    private static final long VERSION = 1;

    String toJson() {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < streams.size(); i++) {
            numbers.put(streams.get(i), i);
        }
        StringBuilder json = new StringBuilder("{\"engram\": " + VERSION + ",\n \"schema\": ")
                .append(JsonText.quote(schema.toText()))
                .append(",\n \"capacity\": ")
                .append(capacity)
                .append(",\n \"streams\": ")
                .append(texts(streams))
                .append(",\n \"episodes\": [");
        for (int i = 0; i < episodes.size(); i++) {
            Episode episode = episodes.get(i);
            json.append(i == 0 ? "\n  " : ",\n  ").append(toJson(episode, numbers.getOrDefault(episode.stream(), -1)));
        }
        return json.append("]}\n").toString();
    }

    private static String toJson(Episode episode, int stream) {
        EpisodeLabel label = episode.label();
        double reward = episode.totalReward();
        return "{\"number\": " + episode.number() + ", \"stream\": " + stream
                + ", \"kind\": " + JsonText.quote(episode.kind().name().toLowerCase(Locale.ROOT))
                + ", \"recovered\": " + episode.recovered()
                + ", \"length\": " + episode.length()
                + ", \"reward\": " + (Double.isFinite(reward) ? reward : JsonText.quote(Double.toString(reward)))
                + ", \"first\": " + episode.firstSequence() + ", \"last\": " + episode.lastSequence()
                + ", \"begun\": " + episode.startMillis() + ", \"ended\": " + episode.endMillis()
                + ", \"policy\": " + episode.policyVersion()
                + (label.subject() == null ? "" : ", \"subject\": " + JsonText.quote(label.subject()))
                + (label.tags().isEmpty() ? "" : ", \"tags\": " + texts(label.tags())) + "}";
    }

    private static String texts(List<String> values) {
        return values.stream().map(JsonText::quote).toList().toString();
    }

    /** {@code name}: of the file, for messages. */
    static Description fromJson(String json, String name) {
        try {
            Reader document = new Reader(Literal.parse(json));
            long version = document.number("engram");
            if (version != VERSION) {
                throw new IllegalArgumentException("engram=" + version + ", expected " + VERSION);
            }
            if (document.number("capacity") < 1) {
                throw new IllegalArgumentException("capacity=" + document.number("capacity") + ", expected at least 1");
            }
            List<String> streams = strings(document.list("streams"));
            List<Episode> episodes = new ArrayList<>();
            for (Object each : document.list("episodes")) {
                episodes.add(episode(new Reader(each), streams));
            }
            return new Description(
                    Schema.fromText(document.string("schema")), document.number("capacity"), streams, episodes);
        } catch (IllegalArgumentException | SchemaException e) {
            throw new ExchangeException(
                    "what goes with the rows cannot be read: file=" + name + ": " + e.getMessage(), e);
        }
    }

    private static Episode episode(Reader from, List<String> streams) {
        long stream = from.number("stream");
        if (stream < 0 || stream >= streams.size()) {
            throw new IllegalArgumentException("stream=" + stream + " of an episode, there are " + streams.size());
        }
        Object subject = from.object.get("subject");
        Object tags = from.object.get("tags");
        boolean labelled = subject != null || tags != null;
        return new Episode(
                from.number("number"),
                streams.get((int) stream),
                Episode.Kind.valueOf(from.string("kind").toUpperCase(Locale.ROOT)),
                Boolean.TRUE.equals(from.object.get("recovered")),
                from.number("length"),
                Double.parseDouble(String.valueOf(from.object.get("reward"))),
                from.number("first"),
                from.number("last"),
                from.number("begun"),
                from.number("ended"),
                from.number("policy"),
                labelled
                        ? EpisodeLabel.of(
                                subject == null ? null : from.string("subject"),
                                tags == null ? List.of() : strings(from.list("tags")))
                        : EpisodeLabel.NONE);
    }

    private static List<String> strings(List<?> values) {
        List<String> strings = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof String string)) {
                throw new IllegalArgumentException("found " + value + ", expected a string");
            }
            strings.add(string);
        }
        return strings;
    }

    /** Takes values of a kind out of an object. */
    private static final class Reader {
        private final Map<?, ?> object;

        Reader(Object parsed) {
            if (!(parsed instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("found " + parsed + ", expected an object");
            }
            this.object = map;
        }

        long number(String key) {
            if (object.get(key) instanceof Long number) {
                return number;
            }
            throw wrong(key, "a whole number");
        }

        String string(String key) {
            if (object.get(key) instanceof String string) {
                return string;
            }
            throw wrong(key, "a string");
        }

        List<?> list(String key) {
            if (object.get(key) instanceof List<?> list) {
                return list;
            }
            throw wrong(key, "a list");
        }

        private IllegalArgumentException wrong(String key, String expected) {
            @Nullable Object found = object.get(key);
            return new IllegalArgumentException(key + "=" + found + ", expected " + expected);
        }
    }
}
