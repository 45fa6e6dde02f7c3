package io.engram.replay.offheap.cli;

import io.engram.replay.Episode;
import io.engram.replay.offheap.internal.text.JsonText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Episodes in a table for people, or as one JSON object for programs. */
final class EpisodeListing {
    private static final List<String> COLUMNS = List.of(
            "stream", "kind", "begun", "ended", "number", "length", "return", "policy", "first", "last", "subject",
            "tags");
    private static final int TEXTS = 4;

    private EpisodeListing() {}

    static String table(List<Episode> episodes, int all) {
        List<List<String>> lines = new ArrayList<>(List.of(COLUMNS));
        episodes.forEach(episode -> lines.add(cells(episode)));
        return TextTable.of(lines, TEXTS) + "total: " + episodes.size() + " of " + all + " episodes\n";
    }

    private static List<String> cells(Episode episode) {
        String subject = episode.label().subject();
        return List.of(
                episode.stream(),
                kind(episode) + (episode.recovered() ? " (recovered)" : ""),
                Instant.ofEpochMilli(episode.startMillis()).toString(),
                episode.endMillis() == Episode.NOT_ENDED
                        ? "-"
                        : Instant.ofEpochMilli(episode.endMillis()).toString(),
                Long.toString(episode.number()),
                Long.toString(episode.length()),
                Double.isNaN(episode.totalReward()) ? "-" : String.format(Locale.ROOT, "%.6g", episode.totalReward()),
                Long.toString(episode.policyVersion()),
                episode.firstSequence() == Episode.NO_ROW ? "-" : Long.toString(episode.firstSequence()),
                episode.lastSequence() == Episode.NO_ROW ? "-" : Long.toString(episode.lastSequence()),
                subject == null ? "-" : subject,
                episode.label().tags().isEmpty()
                        ? "-"
                        : String.join(",", episode.label().tags()));
    }

    private static String kind(Episode episode) {
        return episode.kind().name().toLowerCase(Locale.ROOT);
    }

    static String json(List<Episode> episodes) {
        return "{\"episodes\": ["
                + episodes.stream().map(EpisodeListing::json).collect(Collectors.joining(",\n  ", "\n  ", "\n "))
                + "]}\n";
    }

    private static String json(Episode episode) {
        String subject = episode.label().subject();
        return "{\"number\": " + episode.number() + ", \"stream\": " + JsonText.quote(episode.stream())
                + ", \"kind\": " + JsonText.quote(kind(episode)) + ", \"recovered\": " + episode.recovered()
                + ", \"length\": " + episode.length() + ", \"return\": " + number(episode.totalReward())
                + ", \"begun\": "
                + JsonText.quote(Instant.ofEpochMilli(episode.startMillis()).toString())
                + (episode.endMillis() == Episode.NOT_ENDED
                        ? ""
                        : ", \"ended\": "
                                + JsonText.quote(Instant.ofEpochMilli(episode.endMillis())
                                        .toString()))
                + ", \"policy\": " + episode.policyVersion() + ", \"first\": " + episode.firstSequence()
                + ", \"last\": " + episode.lastSequence()
                + (subject == null ? "" : ", \"subject\": " + JsonText.quote(subject))
                + ", \"tags\": "
                + episode.label().tags().stream().map(JsonText::quote).toList() + "}";
    }

    /** JSON has no NaN and no infinity. */
    static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }
}
