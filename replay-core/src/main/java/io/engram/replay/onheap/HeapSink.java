package io.engram.replay.onheap;

import io.engram.replay.internal.Lane;
import io.engram.replay.internal.RowSink;
import io.engram.replay.internal.StreamRegistry;

/** Takes a writer's rows into the ring, holding its lock from claim to release. */
final class HeapSink implements RowSink {
    private final HeapRing ring;
    private final StreamRegistry streams;
    private final int[] streamIds;

    HeapSink(HeapRing ring, StreamRegistry streams, int... streamIds) {
        this.ring = ring;
        this.streams = streams;
        this.streamIds = streamIds;
    }

    @Override
    public void claim(int rows) {
        ring.lock();
        try {
            ring.requireOpen();
        } catch (RuntimeException e) {
            ring.unlock();
            throw e;
        }
    }

    @Override
    public long append(Lane lane, int flags) {
        return ring.append(
                new HeapRing.Row(
                        flags,
                        lane.episode(),
                        lane.policyVersion(),
                        lane.step(),
                        lane.previous(),
                        ring.now(),
                        lane.row().image().clone()),
                lane.priority());
    }

    @Override
    public void release() {
        ring.unlock();
    }

    @Override
    public long nextEpisode(Lane lane) {
        ring.lock();
        try {
            ring.requireOpen();
            return ring.nextEpisode();
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void episodeBegins(Lane lane) {
        ring.lock();
        try {
            ring.beginEpisode(lane.episode());
            ring.episodes().begin(lane.episode(), lane, ring.tail());
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void episodeEnded(Lane lane, int flags) {
        ring.lock();
        try {
            ring.endEpisode(lane.episode());
            ring.episodes().end(lane.episode(), flags);
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void usesPolicy(long version) {
        ring.lock();
        try {
            ring.requireOpen();
            ring.policyVersions().raiseTo(version);
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void close() {
        for (int id : streamIds) {
            streams.close(id);
        }
    }
}
