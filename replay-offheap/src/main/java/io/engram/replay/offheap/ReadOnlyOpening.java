package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.SnapshotOpener;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.upkeep.Upkeep;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.SystemEpochClock;

/** Opens snapshots for reading. */
final class ReadOnlyOpening {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private ReadOnlyOpening() {}

    static OffHeapReplayMemory open(FileLayer files, Path memory, String name) {
        Platform.require();
        Path directory = new SnapshotShelf(files, memory).path(name);
        Store store = new SnapshotOpener(files, directory).open();
        Superblock superblock = store.superblock();
        Opening opening = new Opening(
                superblock.schema(),
                superblock.capacity(),
                new SecureRandom().nextLong(),
                List.of(),
                new Upkeep.Times(SystemEpochClock.INSTANCE, CLOSE_TIMEOUT, Duration.ZERO),
                false,
                0);
        return new Home(files, directory, store).open(opening);
    }
}
