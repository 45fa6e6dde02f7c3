package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.check.Examination;
import io.engram.replay.offheap.internal.check.Mending;
import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.nio.file.Path;

/**
 * Checks the directory of a memory that nobody has open, every row and every record of it: also what an opening, which
 * trusts sealed files, would not notice. Its snapshots are checked with it; what they share is read once. A snapshot's
 * directory can also be checked alone, while the memory is in use or not. Immutable.
 *
 * <p>Not everything on disk has a checksum. A link from row to row is a hint that is compared where it is followed; a
 * priority, and the row of a slot that was not sealed yet, can be told from damage only where they make no sense.
 */
public final class StoreCheck {
    private final FileLayer files;
    private final Path directory;

    private StoreCheck(FileLayer files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * A check of a directory.
     *
     * @param directory of a memory, or of a snapshot
     * @return the check, which has not begun
     */
    public static StoreCheck of(Path directory) {
        return of(new NioFileLayer(), directory);
    }

    /** For tests: of files that are not real. */
    static StoreCheck of(FileLayer files, Path directory) {
        return new StoreCheck(files, directory);
    }

    /**
     * Looks at everything and changes nothing; takes no lock, opens no file for writing.
     *
     * @return what was found
     * @throws StoreLockedException if the memory is in use, or was opened during the check
     * @throws ForeignFileException if there is no memory in the directory
     * @throws StorageException if the directory cannot be read
     */
    public CheckReport run() {
        Platform.require();
        return new Examination(files, directory).run();
    }

    /**
     * Looks at everything, does what can be done without losing good data, and looks again. Removes what is left over
     * and priorities that cannot be read, finishes a restore, and makes damaged rows be dropped by the next opening.
     * Holds the memory's lock meanwhile. No byte of a snapshot is changed: a damaged one can only be deleted.
     *
     * @return what is found after that, and what was changed and lost
     * @throws StoreLockedException if the memory is in use
     * @throws ForeignFileException if there is no memory in the directory
     * @throws StorageException if the directory cannot be read or changed
     */
    public CheckReport repair() {
        Platform.require();
        return new Mending(files, directory).run();
    }
}
