package io.engram.replay.offheap.cli;

import io.engram.replay.Episode;
import io.engram.replay.PriorityIndex;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.text.JsonText;
import io.engram.replay.offheap.internal.view.Histogram;
import io.engram.replay.offheap.internal.view.PrioritySummary;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreSummary;
import io.engram.replay.offheap.internal.view.StoreView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a memory is and holds, as lines for people or as one JSON object. */
final class InfoListing {
    private static final int BAR = 40;

    private final StoreSummary summary;
    private final List<PrioritySummary> priorities;
    private final Map<String, Object> facts = new LinkedHashMap<>();

    InfoListing(StoreView view, StoreSummary summary, List<PrioritySummary> priorities) {
        this.summary = summary;
        this.priorities = priorities;
        Superblock memory = view.superblock();
        List<Episode> episodes = view.episodes();
        facts.put("directory", view.directory().toString());
        facts.put("state", view.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        facts.put("memoryId", memory.memoryId().toString());
        facts.put("schema", memory.schema().toString());
        facts.put("capacity", memory.capacity());
        facts.put("segmentRows", memory.segmentRows());
        facts.put("stride", memory.geometry().stride());
        facts.put("tail", view.tail());
        facts.put("head", view.head());
        facts.put("rows", summary.count(RowCursor.Found.ROW));
        facts.put("transitions", summary.transitions());
        facts.put("withoutRow", summary.count(RowCursor.Found.NONE));
        facts.put("gone", summary.count(RowCursor.Found.GONE));
        facts.put("damaged", summary.count(RowCursor.Found.DAMAGED));
        facts.put("terminated", summary.terminated());
        facts.put("truncated", summary.truncated());
        facts.put("streams", view.book().streams().size());
        facts.put("episodes", episodes.size());
        facts.put(
                "openEpisodes",
                episodes.stream()
                        .filter(each -> each.kind() == Episode.Kind.OPEN)
                        .count());
        facts.put("newestPolicy", summary.newestPolicy());
    }

    boolean isSound() {
        return summary.count(RowCursor.Found.DAMAGED) == 0;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        facts.forEach((name, value) -> text.append(String.format("%-13s %s%n", name, value)));
        histogram(text, "rows by the time since their episode began", summary.ages());
        histogram(text, "rows by versions of the policy since", summary.policyAges());
        for (PrioritySummary index : priorities) {
            histogram(
                    text,
                    "priority index '" + index.settings().name() + "', " + kind(index) + ", alpha "
                            + index.settings().alpha() + ": " + index.positive() + " positive, by mass",
                    index.masses());
        }
        return text.toString();
    }

    private static String kind(PrioritySummary index) {
        return index.settings().kind() == PriorityIndex.Kind.RANK ? "rank-based" : "proportional";
    }

    private static void histogram(StringBuilder text, String title, Histogram histogram) {
        text.append(title).append('\n');
        long most = histogram.counts().values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        histogram.counts().forEach((range, count) -> {
            if (count > 0) {
                int length = (int) Math.max(1, count * BAR / most);
                text.append(String.format("  %-24s %12d %s%n", range, count, "#".repeat(length)));
            }
        });
    }

    String json() {
        String indexes = priorities.stream()
                .map(index -> "{\"name\": " + JsonText.quote(index.settings().name()) + ", \"kind\": "
                        + JsonText.quote(kind(index)) + ", \"alpha\": "
                        + index.settings().alpha() + ", \"positive\": " + index.positive() + ", \"masses\": "
                        + json(index.masses()) + "}")
                .collect(Collectors.joining(",\n  "));
        return "{"
                + facts.entrySet().stream()
                        .map(fact -> JsonText.quote(fact.getKey()) + ": "
                                + (fact.getValue() instanceof String value ? JsonText.quote(value) : fact.getValue()))
                        .collect(Collectors.joining(",\n "))
                + ",\n \"ages\": " + json(summary.ages()) + ",\n \"policyAges\": " + json(summary.policyAges())
                + ",\n \"priorities\": [" + indexes + "]}\n";
    }

    private static String json(Histogram histogram) {
        return histogram.counts().entrySet().stream()
                .map(each -> JsonText.quote(each.getKey()) + ": " + each.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
