package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where forks of a memory are, and the memory that it was made of: a file for each, which holds the path. */
final class KinShelf {
    /** No system has longer paths. */
    private static final int MAX_LENGTH = 1 << 16;

    private final FileLayer files;
    private final Path directory;

    KinShelf(FileLayer files, Path memory) {
        this.files = files;
        this.directory = memory.resolve(ErasureDescriptor.DIRECTORY);
    }

    /** What is noted: where others are, and which notes cannot be read. */
    record Notes(List<Path> paths, List<Path> damaged) {}

    List<Path> paths() {
        return notes().paths();
    }

    Notes notes() {
        List<Path> paths = new ArrayList<>();
        List<Path> damaged = new ArrayList<>();
        try {
            if (files.kind(directory) == FileLayer.Kind.DIRECTORY) {
                for (Path file : files.list(directory)) {
                    if (String.valueOf(file.getFileName()).endsWith(ErasureDescriptor.KIN_SUFFIX)) {
                        Path path = read(file);
                        if (path == null) {
                            damaged.add(file);
                        } else if (!paths.contains(path)) {
                            paths.add(path);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new StorageException("what is known of forks cannot be read: directory=" + directory + ": " + e, e);
        }
        return new Notes(paths, damaged);
    }

    /** Returns null if it is damaged. */
    private @Nullable Path read(Path file) throws IOException {
        try (OpenFile open = files.openForReading(file)) {
            if (open.length() > MAX_LENGTH) {
                return null;
            }
            byte[] bytes = new byte[(int) open.length()];
            open.read(ByteBuffer.wrap(bytes), 0);
            String text = new String(bytes, StandardCharsets.UTF_8);
            try {
                Path path = Path.of(text);
                return path.isAbsolute() ? path : null;
            } catch (InvalidPathException e) {
                return null;
            }
        }
    }

    void add(Path other) {
        Path absolute = other.toAbsolutePath().normalize();
        if (paths().contains(absolute)) {
            return;
        }
        Path file = directory.resolve(UUID.randomUUID() + ErasureDescriptor.KIN_SUFFIX);
        Path temporary = file.resolveSibling(file.getFileName() + Store.TEMPORARY_SUFFIX);
        try {
            DirectoryTree.create(files, directory);
            try (OpenFile open = files.create(temporary)) {
                open.write(ByteBuffer.wrap(absolute.toString().getBytes(StandardCharsets.UTF_8)), 0);
                open.sync();
            }
            files.rename(temporary, file);
            files.syncDirectory(directory);
        } catch (IOException e) {
            throw new StorageException("a fork could not be noted: file=" + file + ": " + e, e);
        }
    }

    /** Whether there is a memory that could be of the lineage: forks have the number of their origin. */
    boolean isKin(Path other, UUID memoryId) {
        Path head = other.resolve(SuperblockDescriptor.FILE_NAME);
        if (files.kind(head) != FileLayer.Kind.FILE) {
            return false;
        }
        try {
            return Superblock.read(files, head).memoryId().equals(memoryId);
        } catch (IOException e) {
            throw new StorageException("a fork cannot be read: file=" + head + ": " + e, e);
        }
    }
}
