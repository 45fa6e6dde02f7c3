package io.engram.replay.offheap.exchange;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.file.Path;

/** Something that is made in a directory beside its place, and gets its name when it is whole. For one thread. */
final class Publication {
    private final FileLayer files;
    private final Path path;
    private final Path temporary;
    private boolean begun;

    Publication(FileLayer files, Path path) {
        this.files = files;
        this.path = path.toAbsolutePath();
        this.temporary = this.path.resolveSibling(this.path.getFileName() + ".exchange.tmp");
    }

    Path path() {
        return path;
    }

    Path temporary() {
        return temporary;
    }

    /** Throws if there is something at the path, or where what goes with it has its place. */
    void requireFree(String besides) {
        for (Path each : new Path[] {path, path.resolveSibling(path.getFileName() + besides)}) {
            if (files.kind(each) != FileLayer.Kind.NOTHING) {
                throw new IllegalArgumentException(
                        "the target exists, and is left as it is: path=" + each + "; name another one");
            }
        }
        Path parent = path.getParent();
        if (parent != null && !files.isDirectory(parent)) {
            throw new IllegalArgumentException("no such directory: path=" + parent + "; make it first");
        }
    }

    /** What a killed process left is removed. */
    void begin() throws IOException {
        DirectoryTree.delete(files, temporary);
        begun = true;
        files.createDirectories(temporary);
    }

    /** Makes the name durable. */
    void end() throws IOException {
        DirectoryTree.syncParent(files, path);
    }

    void cleanUp() {
        if (begun) {
            try {
                DirectoryTree.delete(files, temporary);
            } catch (IOException e) {
                throw new StorageException("what was begun could not be removed: path=" + temporary + ": " + e, e);
            }
        }
    }
}
