package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StoreFailedException;
import java.time.Duration;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes everything durable from time to time. One thread; what it waits for is the disk. */
final class Syncer {
    private static final Logger LOG = LoggerFactory.getLogger(Syncer.class);

    private final EpochClock clock;
    private final long millis;
    private final Runnable sync;
    private long last;

    /** {@code every}: from the end of one sync to the next; zero for never. */
    Syncer(EpochClock clock, Duration every, Runnable sync) {
        this.clock = clock;
        this.millis = every.isZero() ? Long.MAX_VALUE : Math.max(1, every.toMillis());
        this.sync = sync;
        this.last = clock.time();
    }

    /** Syncs if it is time, and returns how often. */
    int doWork() {
        if (clock.time() - last < millis) {
            return 0;
        }
        try {
            sync.run();
        } catch (StoreFailedException | MemoryClosedException e) {
            LOG.debug("not synced: {}", e.getMessage());
        } catch (StorageException e) {
            LOG.error("a sync failed, the memory can only be read from here on: {}", e.getMessage());
        }
        // The time that it took does not count: a slow disk is not kept busy without a pause.
        last = clock.time();
        return 1;
    }
}
