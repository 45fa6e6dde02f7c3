package io.engram.replay.offheap.internal.store;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives files of which no byte changes any more one more name, where the file system lets it. For one thread at a time.
 */
public final class HardLinks {
    private static final Logger LOG = LoggerFactory.getLogger(HardLinks.class);

    private final FileLayer files;
    private boolean refused;

    /**
     * For the files of one snapshot, restore or fork.
     *
     * @param files how files are reached
     */
    public HardLinks(FileLayer files) {
        this.files = files;
    }

    /**
     * Adds a name. The first refusal is logged, and nothing is tried after it.
     *
     * @param existing the file
     * @param added its further name
     * @return whether it has it; if not, the caller copies, which also tells whether the file is there at all
     */
    public boolean add(Path existing, Path added) {
        if (refused) {
            return false;
        }
        try {
            files.link(existing, added);
            return true;
        } catch (IOException e) {
            refused = true;
            LOG.warn(
                    "the file system refuses hard links, files are copied instead: file={}: {}",
                    existing,
                    e.toString());
            return false;
        }
    }
}
