package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.internal.text.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Snapshots in a table for people, or as one JSON object for programs. */
final class SnapshotListing {
    private static final List<String> COLUMNS =
            List.of("name", "number", "taken", "step", "rows", "first", "end", "own bytes", "shared bytes");

    private SnapshotListing() {}

    static String table(List<Snapshot> snapshots) {
        List<List<String>> lines = new ArrayList<>(List.of(COLUMNS));
        snapshots.forEach(snapshot -> lines.add(cells(snapshot)));
        // The name to the left, figures to the right.
        return TextTable.of(lines, 1) + total(snapshots);
    }

    private static List<String> cells(Snapshot snapshot) {
        return List.of(
                snapshot.name(),
                Long.toString(snapshot.number()),
                snapshot.taken().toString(),
                snapshot.step() == Snapshot.NO_STEP ? "-" : Long.toString(snapshot.step()),
                Long.toString(snapshot.size()),
                Long.toString(snapshot.firstSequence()),
                Long.toString(snapshot.endSequence()),
                Long.toString(snapshot.ownBytes()),
                Long.toString(snapshot.sharedBytes()));
    }

    private static String total(List<Snapshot> snapshots) {
        return "total: " + snapshots.size() + " snapshots, own bytes=" + ownBytes(snapshots)
                + "; shared bytes are told with each that shares them\n";
    }

    private static long ownBytes(List<Snapshot> snapshots) {
        return snapshots.stream().mapToLong(Snapshot::ownBytes).sum();
    }

    static String json(List<Snapshot> snapshots) {
        return "{\"snapshots\": ["
                + snapshots.stream().map(SnapshotListing::json).collect(Collectors.joining(",\n  ", "\n  ", "\n "))
                + "],\n \"ownBytes\": " + ownBytes(snapshots) + "}\n";
    }

    private static String json(Snapshot snapshot) {
        return "{\"name\": " + JsonText.quote(snapshot.name()) + ", \"number\": " + snapshot.number()
                + ", \"taken\": " + JsonText.quote(snapshot.taken().toString())
                + (snapshot.step() == Snapshot.NO_STEP ? "" : ", \"step\": " + snapshot.step())
                + ", \"rows\": " + snapshot.size() + ", \"firstSequence\": " + snapshot.firstSequence()
                + ", \"endSequence\": " + snapshot.endSequence() + ", \"ownBytes\": " + snapshot.ownBytes()
                + ", \"sharedBytes\": " + snapshot.sharedBytes() + "}";
    }
}
