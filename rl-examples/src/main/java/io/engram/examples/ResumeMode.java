package io.engram.examples;

import java.util.Arrays;
import java.util.Locale;

/** How a resumed agent goes on. */
enum ResumeMode {
    /** In the middle of the episode, as if never stopped. The memory must be as it was when the agent was saved. */
    EXACT,
    /** With a new episode, and whatever rows the memory kept. */
    KEEP;

    /** The mode of that name on the command line; throws {@link UsageException} if there is none. */
    static ResumeMode named(String label) {
        return Arrays.stream(values())
                .filter(mode -> mode.label().equals(label))
                .findAny()
                .orElseThrow(() -> new UsageException("--resume=" + label + ", expected exact or keep"));
    }

    /** The name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
