package io.engram.replay.offheap.internal.store;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.priority.IndexNames;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.StoreMismatchException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.priority.AnonymousIndex;
import io.engram.replay.offheap.internal.priority.IndexMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The priority indexes of a memory, a file each. First everything is read and checked; then indexes are dropped,
 * changed and made. A file is written whole under a temporary name and renamed when it is ready.
 *
 * <p>Leaves are never synced: what a power loss leaves of them is mended when the index is loaded.
 */
public final class IndexFiles {
    private static final Logger LOG = LoggerFactory.getLogger(IndexFiles.class);
    private static final int PIECE = 256 << 10;

    private final FileLayer files;
    private final Path home;
    private final Path directory;
    private final Superblock superblock;
    private final Map<String, PriorityIndex> stored = new TreeMap<>();
    private final List<Path> leftovers = new ArrayList<>();
    private final List<Path> dropped = new ArrayList<>();

    /**
     * An index that is open.
     *
     * @param settings of the index
     * @param memory with its leaves, mapped
     */
    public record OpenIndex(PriorityIndex settings, IndexMemory memory) {}

    private IndexFiles(FileLayer files, Path home, Superblock superblock) {
        this.files = files;
        this.home = home;
        this.directory = home.resolve(IndexDescriptor.DIRECTORY);
        this.superblock = superblock;
    }

    /** Reads what there is and checks it against what is asked for; changes nothing. */
    static IndexFiles read(FileLayer files, Path home, Superblock superblock, IndexRequest request) throws IOException {
        IndexFiles indexFiles = new IndexFiles(files, home, superblock);
        if (files.kind(indexFiles.directory) != FileLayer.Kind.NOTHING) {
            indexFiles.readAll(request.dropped());
        }
        for (PriorityIndex asked : request.indexes()) {
            indexFiles.requireSame(asked, request.dropped());
            Leaves.count(superblock.capacity());
        }
        return indexFiles;
    }

    private void readAll(Set<String> names) throws IOException {
        if (!files.isDirectory(directory)) {
            throw new ForeignFileException("not a directory: file=" + directory
                    + ", expected the directory of an Engram memory's priorities; move it away");
        }
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(IndexDescriptor.SUFFIX + Store.TEMPORARY_SUFFIX)) {
                leftovers.add(file);
            } else if (!name.endsWith(IndexDescriptor.SUFFIX)) {
                throw new ForeignFileException(
                        "something that is not a priority index is among them: file=" + file + "; move it away");
            } else if (names.contains(name.substring(0, name.length() - IndexDescriptor.SUFFIX.length()))) {
                // Whatever state it is in: dropping is the way out if it is damaged.
                files.open(file).close();
                dropped.add(file);
            } else {
                PriorityIndex settings = readHeader(file).settings();
                stored.put(settings.name(), settings);
            }
        }
    }

    private IndexHeader readHeader(Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            long length = open.length();
            ByteBuffer block = ByteBuffer.allocate((int) Math.min(length, IndexDescriptor.HEADER_LENGTH))
                    .order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            IndexHeader header = IndexHeader.decode(file, block, superblock);
            long expected = length(header.settings());
            if (length < expected) {
                throw new TruncatedStoreException("a priority index is too short: file=" + file + ", length=" + length
                        + ", expected " + expected + "; restore it from a copy, or drop the index");
            }
            if (length > expected) {
                throw new CorruptStoreException("a priority index is too long: file=" + file + ", length=" + length
                        + ", expected " + expected + "; restore it from a copy, or drop the index");
            }
            return header;
        }
    }

    private void requireSame(PriorityIndex asked, Set<String> names) {
        PriorityIndex found = names.contains(asked.name()) ? null : stored.get(asked.name());
        if (found != null
                && (found.kind() != asked.kind()
                        || found.alpha() != asked.alpha()
                        || !Objects.equals(found.windows(), asked.windows()))) {
            throw new StoreMismatchException("the priority index is another: file=" + file(asked.name())
                    + ", stored kind=" + found.kind() + ", alpha=" + found.alpha() + ", windows=" + found.windows()
                    + ", asked for kind=" + asked.kind() + ", alpha=" + asked.alpha() + ", windows=" + asked.windows()
                    + "; open it with the stored ones, use another name, or drop it first");
        }
        if (length(asked) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("priority index '" + asked.name() + "' of kind=" + asked.kind()
                    + " needs bytes=" + length(asked) + " for capacity=" + superblock.capacity()
                    + ", expected at most " + Integer.MAX_VALUE);
        }
    }

    /**
     * Drops, changes and makes indexes as asked for, and opens all. What needs room is written first, under temporary
     * names: if there is none, nothing has been dropped or changed.
     */
    List<OpenIndex> open(IndexRequest request) throws IOException {
        List<PriorityIndex> missing = request.indexes().stream()
                .filter(asked -> !stored.containsKey(asked.name()))
                .toList();
        for (Path leftover : leftovers) {
            files.delete(leftover);
        }
        write(missing);
        for (Path each : dropped) {
            files.delete(each);
        }
        for (PriorityIndex asked : request.indexes()) {
            PriorityIndex found = stored.put(asked.name(), asked);
            if (found == null) {
                files.rename(temporary(asked.name()), file(asked.name()));
            } else if (!found.equals(asked)) {
                rewrite(asked);
            }
        }
        // Whoever made those that are there may have been killed before their names were durable.
        if (!dropped.isEmpty() || !stored.isEmpty()) {
            files.syncDirectory(directory);
            files.syncDirectory(home);
        }
        List<OpenIndex> opened = new ArrayList<>();
        try {
            for (PriorityIndex settings : IndexNames.sorted(stored.values())) {
                opened.add(new OpenIndex(settings, map(settings)));
            }
        } catch (Throwable t) {
            opened.forEach(each -> each.memory().free());
            throw t;
        }
        return opened;
    }

    /** Opens what is stored; what is set there is seen by this process alone, and never written. */
    List<OpenIndex> openPrivately() throws IOException {
        List<OpenIndex> opened = new ArrayList<>();
        try {
            for (PriorityIndex settings : IndexNames.sorted(stored.values())) {
                opened.add(new OpenIndex(settings, mapPrivately(settings)));
            }
        } catch (Throwable t) {
            opened.forEach(each -> each.memory().free());
            throw t;
        }
        return opened;
    }

    private IndexMemory mapPrivately(PriorityIndex settings) throws IOException {
        try (FileLayer.OpenFile open = files.open(file(settings.name()))) {
            return memory(settings, open.mapPrivately(length(settings)), () -> {});
        } catch (AccessDeniedException e) {
            // Java maps nothing privately that it may not write.
            LOG.debug("priorities are copied: {}", e.toString());
        }
        try (FileLayer.OpenFile open = files.openForReading(file(settings.name()))) {
            FileLayer.Mapping mapping = open.mapForReading(length(settings));
            try {
                return AnonymousIndex.copyOf(settings, superblock.capacity(), mapping.address());
            } finally {
                mapping.unmap();
            }
        }
    }

    private void write(List<PriorityIndex> missing) throws IOException {
        if (!missing.isEmpty()) {
            files.createDirectories(directory);
        }
        for (PriorityIndex settings : missing) {
            try (FileLayer.OpenFile open = files.create(temporary(settings.name()))) {
                open.write(header(settings), 0);
                ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
                // Writing reserves the blocks: a full disk shows here, and never as a fault in a mapping.
                for (long at = IndexDescriptor.HEADER_LENGTH; at < length(settings); at += PIECE) {
                    zeros.clear().limit((int) Math.min(PIECE, length(settings) - at));
                    open.write(zeros, at);
                }
                open.sync();
            } catch (IOException e) {
                for (PriorityIndex each : missing) {
                    files.delete(temporary(each.name()));
                }
                throw new StorageFullException(
                        "no room for a priority index: file=" + file(settings.name()) + ", bytes needed="
                                + length(settings) + ": " + e + "; no index was changed",
                        e);
            }
        }
    }

    private Path temporary(String name) {
        return directory.resolve(name + IndexDescriptor.SUFFIX + Store.TEMPORARY_SUFFIX);
    }

    /** The header lies within one sector of a disk: it is the old one or the new one, whatever happens. */
    private void rewrite(PriorityIndex settings) throws IOException {
        try (FileLayer.OpenFile open = files.open(file(settings.name()))) {
            open.write(header(settings), 0);
            open.sync();
        }
    }

    private IndexMemory map(PriorityIndex settings) throws IOException {
        try (FileLayer.OpenFile open = files.open(file(settings.name()))) {
            FileLayer.Mapping mapping = open.map(length(settings));
            return memory(settings, mapping, () -> force(mapping, settings.name()));
        }
    }

    private IndexMemory memory(PriorityIndex settings, FileLayer.Mapping mapping, Runnable force) {
        return new IndexMemory(
                mapping.address(),
                Leaves.count(superblock.capacity()),
                settings.kind() == PriorityIndex.Kind.RANK,
                mapping::unmap,
                force);
    }

    private void force(FileLayer.Mapping mapping, String name) {
        try {
            mapping.force(0, Math.toIntExact(mapping.length()));
        } catch (IOException e) {
            throw new StorageException("a priority index could not be made durable: file=" + file(name) + ": " + e, e);
        }
    }

    private ByteBuffer header(PriorityIndex settings) {
        return new IndexHeader(superblock.memoryId(), superblock.capacity(), settings).encode();
    }

    private long length(PriorityIndex settings) {
        return IndexMemory.length(Leaves.count(superblock.capacity()), settings.kind() == PriorityIndex.Kind.RANK);
    }

    private Path file(String name) {
        return directory.resolve(name + IndexDescriptor.SUFFIX);
    }
}
