package io.engram.examples;

import java.util.Locale;

/** How a resumed agent goes on. */
enum ResumeMode {
    /** In the middle of the episode, as if never stopped. The memory must be as it was when the agent was saved. */
    EXACT,
    /** With a new episode, and whatever rows the memory kept. */
    KEEP;

    /** The name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
