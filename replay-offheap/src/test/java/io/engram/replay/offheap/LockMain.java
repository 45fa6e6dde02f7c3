package io.engram.replay.offheap;

import io.engram.replay.RowLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process that says "ready", waits for a byte, tries to open a memory in the directory given, says what came of it,
 * and keeps it open until its input ends.
 */
final class LockMain {
    private LockMain() {}

    public static void main(String[] arguments) throws IOException {
        say("ready");
        if (System.in.read() < 0) {
            return;
        }
        String outcome = tryToHold(Path.of(arguments[0]));
        if (outcome.contains("pid=unknown")) {
            // The winner took the lock just now and had no time to write its number, on a machine as loaded as this.
            outcome = tryToHold(Path.of(arguments[0]));
        }
        say(outcome);
    }

    private static String tryToHold(Path directory) throws IOException {
        long start = System.nanoTime();
        try (OffHeapReplayMemory memory = open(directory)) {
            say("opened size=" + memory.size());
            while (System.in.read() >= 0) {
                // Holds the lock until the input ends.
            }
            return "closed";
        } catch (StoreLockedException e) {
            return "refused after " + (System.nanoTime() - start) / 1_000_000 + " ms: " + e.getMessage();
        }
    }

    static OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 100)
                .directory(directory)
                .segmentRows(8)
                .open();
    }

    private static void say(String line) {
        System.out.write((line + "\n").getBytes(StandardCharsets.UTF_8), 0, line.length() + 1);
        System.out.flush();
    }
}
