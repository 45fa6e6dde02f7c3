package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Timeline;
import org.agrona.concurrent.Agent;

/** Takes note of where the head is. One thread. */
final class Timekeeper implements Agent {
    private final Ring ring;
    private final Timeline timeline;

    Timekeeper(Ring ring, Timeline timeline) {
        this.ring = ring;
        this.timeline = timeline;
    }

    @Override
    public int doWork() {
        timeline.note(ring.head());
        return 0;
    }

    @Override
    public String roleName() {
        return "engram-timekeeper";
    }
}
