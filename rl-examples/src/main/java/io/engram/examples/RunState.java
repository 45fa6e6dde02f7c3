package io.engram.examples;

import io.engram.replay.offheap.Captured;
import io.engram.replay.offheap.SnapshotRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot of a run's memory tells of the run: all there is to go on with besides the memory. Immutable.
 *
 * @param snapshot its name
 * @param run the run and its agent
 * @param best the network that played best; null if none was evaluated yet
 * @param metrics what {@code metrics.csv} held
 */
record RunState(String snapshot, Checkpoint run, @Nullable Checkpoint best, String metrics) {
    private static final String RUN = "run";
    private static final String BEST = "best";
    private static final String METRICS = "metrics";

    /** Reads one; empty if the snapshot is not of a run. */
    static Optional<RunState> of(String snapshot, Function<String, Optional<byte[]>> states) {
        return states.apply(RUN).map(run -> {
            String source = "of snapshot " + snapshot;
            String metrics = states.apply(METRICS)
                    .map(bytes -> new String(bytes, StandardCharsets.US_ASCII))
                    .orElse("");
            Checkpoint best = states.apply(BEST)
                    .map(bytes -> Checkpoint.of(source, bytes))
                    .orElse(null);
            return new RunState(snapshot, Checkpoint.of(source, run), best, metrics);
        });
    }

    /** Adds the same to a snapshot that is to be. What can change is copied now, by the caller. */
    static void add(SnapshotRequest request, Checkpoint run, @Nullable Checkpoint best, Captured metrics) {
        request.state(RUN, Captured.of(run.toBytes())).state(METRICS, metrics);
        if (best != null) {
            // Nothing changes it any more, so that the bytes can wait for the thread that writes them.
            request.state(BEST, out -> out.write(best.toBytes()));
        }
    }

    /** The steps taken. */
    long step() {
        return run.getLong("step");
    }
}
