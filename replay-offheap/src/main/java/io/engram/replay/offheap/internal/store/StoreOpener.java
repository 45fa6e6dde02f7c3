package io.engram.replay.offheap.internal.store;

import io.engram.replay.Schema;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates a memory's directory or opens it. Everything is read and checked before anything is changed; what a killed
 * process left half made is finished or removed.
 *
 * <p>Creation: lock, directories of segments and of the journal, then the superblock under a temporary name, synced and
 * renamed. A directory without a superblock holds no memory yet, whatever else of these is there.
 */
public final class StoreOpener {
    private static final Logger LOG = LoggerFactory.getLogger(StoreOpener.class);
    /** Blocks that were written once are allocated again when they are overwritten. */
    private static final Set<String> UNRESERVED = Set.of("bcachefs", "btrfs", "zfs");
    /** The index of the journal, which may be missing, or removed while the memory is closed. */
    public static final String CATALOGUE_DIRECTORY = "catalogue";

    /** What can be in the directory of a memory. */
    public static final Set<String> ENTRIES = Set.of(
            DirectoryLock.FILE_NAME,
            SuperblockDescriptor.FILE_NAME,
            JournalFiles.DIRECTORY,
            SegmentDescriptor.DIRECTORY,
            IndexDescriptor.DIRECTORY,
            ManifestDescriptor.DIRECTORY,
            ManifestDescriptor.RESUME_DIRECTORY,
            ErasureDescriptor.DIRECTORY,
            CATALOGUE_DIRECTORY);

    private final FileLayer files;
    private final Path directory;
    private final Path superblockFile;
    private final Path journalDirectory;
    private final Path segmentDirectory;
    private final int pageLength;

    /**
     * What a memory is given when it is created.
     *
     * @param geometry of its segments
     * @param memoryId its number
     */
    public record NewMemory(SegmentGeometry geometry, UUID memoryId) {}

    /**
     * An opener.
     *
     * @param files how files are reached
     * @param directory where the memory is or will be
     * @param pageLength of new pages of the journal
     */
    public StoreOpener(FileLayer files, Path directory, int pageLength) {
        this.files = files;
        this.directory = directory;
        this.pageLength = pageLength;
        this.superblockFile = directory.resolve(SuperblockDescriptor.FILE_NAME);
        this.journalDirectory = directory.resolve(JournalFiles.DIRECTORY);
        this.segmentDirectory = directory.resolve(SegmentDescriptor.DIRECTORY);
    }

    /**
     * Opens the memory, or creates it if the directory is missing or empty.
     *
     * @param schema the fields; must be those stored
     * @param capacity rows to keep; must be what is stored
     * @param indexes priorities that are wanted
     * @param created for a memory that is created
     * @param incarnation of this opening
     * @return the store, locked
     * @throws StorageException a subclass that says what is wrong; nothing was changed
     */
    public Store open(Schema schema, long capacity, IndexRequest indexes, NewMemory created, long incarnation) {
        try {
            requireDirectory();
            requireOwnDirectory(schema, capacity);
            createDirectory();
            FileLayer.Lock lock = files.lock(directory);
            try {
                warnOfFileSystem();
                Superblock superblock;
                new PendingRestore(files, directory).finish();
                if (files.kind(superblockFile) != FileLayer.Kind.NOTHING) {
                    superblock = Superblock.read(files, superblockFile);
                    superblock.requireSame(directory, schema, capacity);
                    // Whoever made it may have been killed before its names were durable.
                    files.syncDirectory(directory);
                } else {
                    superblock = new Superblock(
                            created.memoryId(), capacity, created.geometry().rows(), schema);
                    create(superblock);
                }
                return open(lock, superblock, indexes, incarnation);
            } catch (Throwable t) {
                lock.close();
                throw t;
            }
        } catch (IOException e) {
            throw new StorageException("the memory could not be opened: directory=" + directory + ": " + e, e);
        }
    }

    private void warnOfFileSystem() {
        String fileSystem;
        try {
            fileSystem = files.fileSystem(directory);
        } catch (IOException e) {
            LOG.debug("the file system does not say what it is: directory={}: {}", directory, e.toString());
            return;
        }
        if (UNRESERVED.contains(fileSystem)) {
            LOG.warn(
                    "a full disk can kill this process, or lose rows: directory={}, file system={}, which finds new"
                            + " blocks for what is overwritten and reserves none; keep space free, or use another one",
                    directory,
                    fileSystem);
        }
    }

    private Store open(FileLayer.Lock lock, Superblock superblock, IndexRequest indexes, long incarnation)
            throws IOException {
        requireOwnFilesOnly(ENTRIES);
        if (!files.isDirectory(journalDirectory) || !files.isDirectory(segmentDirectory)) {
            throw new CorruptStoreException("a part of the memory is missing: directory=" + directory + ", expected "
                    + JournalFiles.DIRECTORY + "/ and " + SegmentDescriptor.DIRECTORY
                    + "/ beside " + SuperblockDescriptor.FILE_NAME + "; restore it from a copy");
        }
        JournalRecovery journal = new JournalRecovery(files, journalDirectory, superblock);
        try {
            journal.read();
            IndexFiles indexFiles = IndexFiles.read(files, directory, superblock, indexes);
            Manifest resume = ManifestCodec.readResume(files, directory, superblock);
            Recovery recovery = new Recovery(files, directory, superblock, incarnation, journal.book(), resume);
            Store.Recovered recovered = recovery.run();
            return open(lock, superblock, new Parts(journal, indexFiles, indexes, recovered, resume), incarnation);
        } catch (Throwable t) {
            journal.unmap();
            throw t;
        }
    }

    /** What was read and checked, and is to be opened. */
    private record Parts(
            JournalRecovery journal,
            IndexFiles indexFiles,
            IndexRequest indexes,
            Store.Recovered recovered,
            @Nullable Manifest resume) {}

    private Store open(FileLayer.Lock lock, Superblock superblock, Parts parts, long incarnation) throws IOException {
        List<IndexFiles.OpenIndex> opened = List.of();
        try {
            removeUnfinishedSnapshots();
            Path resume = directory.resolve(ManifestDescriptor.RESUME_DIRECTORY);
            if (parts.recovered().resume() == null && files.kind(resume) == FileLayer.Kind.DIRECTORY) {
                // Rows were appended since, or somebody was killed who removed it: nothing is to go on from there.
                DirectoryTree.delete(files, resume);
            }
            opened = parts.indexFiles().open(parts.indexes());
            Store.OpenJournal open = new Store.OpenJournal(
                    new JournalFiles(files, journalDirectory, superblock, incarnation, pageLength),
                    parts.journal().mend(),
                    parts.journal().book());
            SegmentFiles segmentFiles = new SegmentFiles(files, segmentDirectory, superblock, incarnation);
            return new Store(lock, superblock, open, segmentFiles, parts.recovered(), opened);
        } catch (Throwable t) {
            opened.forEach(each -> each.memory().free());
            parts.recovered()
                    .segments()
                    .forEach(
                            segment -> ((FileRegion) segment.region()).mapping().unmap());
            throw t;
        }
    }

    /** What a killed process had begun and not finished. */
    private void removeUnfinishedSnapshots() throws IOException {
        Path snapshots = directory.resolve(ManifestDescriptor.DIRECTORY);
        if (files.kind(snapshots) == FileLayer.Kind.DIRECTORY) {
            for (Path entry : files.list(snapshots)) {
                if (String.valueOf(entry.getFileName()).endsWith(Store.TEMPORARY_SUFFIX)) {
                    DirectoryTree.discard(files, entry);
                }
            }
        }
    }

    /** With its name durable; whoever made it of a snapshot may have been killed before it was. */
    private void createDirectory() throws IOException {
        if (files.kind(superblockFile) == FileLayer.Kind.NOTHING) {
            DirectoryTree.create(files, directory);
        } else if (files.kind(directory.resolve(ManifestDescriptor.RESUME_DIRECTORY)) != FileLayer.Kind.NOTHING) {
            DirectoryTree.syncParent(files, directory);
        }
    }

    private void create(Superblock superblock) throws IOException {
        Path temporary = superblockFile.resolveSibling(SuperblockDescriptor.FILE_NAME + Store.TEMPORARY_SUFFIX);
        requireNothingStored(temporary);
        requireOwnFilesOnly(Set.of(
                DirectoryLock.FILE_NAME,
                temporary.getFileName().toString(),
                JournalFiles.DIRECTORY,
                SegmentDescriptor.DIRECTORY));
        files.delete(temporary);
        files.createDirectories(segmentDirectory);
        files.createDirectories(journalDirectory);
        try (FileLayer.OpenFile open = files.create(temporary)) {
            open.write(superblock.encode(), 0);
            open.sync();
        }
        files.rename(temporary, superblockFile);
        files.syncDirectory(directory);
    }

    /** Before the superblock is there nothing can have been appended; if something was, the superblock is lost. */
    private void requireNothingStored(Path temporary) throws IOException {
        if (files.kind(temporary) != FileLayer.Kind.NOTHING) {
            files.open(temporary).close();
        }
        for (Path part : List.of(journalDirectory, segmentDirectory)) {
            if (files.kind(part) != FileLayer.Kind.NOTHING) {
                if (files.kind(part) != FileLayer.Kind.DIRECTORY) {
                    throw new ForeignFileException("not a directory: file=" + part
                            + ", expected the directory of a part of an Engram memory; move it away");
                }
                requireEmpty(files.list(part).isEmpty(), part);
            }
        }
        for (String later :
                List.of(IndexDescriptor.DIRECTORY, ManifestDescriptor.DIRECTORY, ManifestDescriptor.RESUME_DIRECTORY)) {
            Path part = directory.resolve(later);
            requireEmpty(files.kind(part) != FileLayer.Kind.DIRECTORY, part);
        }
    }

    private void requireEmpty(boolean empty, Path part) {
        if (!empty) {
            throw new CorruptStoreException("the head of the memory is missing: file=" + superblockFile + ", but "
                    + part + " holds data; restore it from a copy");
        }
    }

    /** Before anything is made there, the lock included. What is found may change until the lock is taken. */
    private void requireOwnDirectory(Schema schema, long capacity) throws IOException {
        if (files.isDirectory(directory)) {
            requireOwnFilesOnly(Set.of(
                    DirectoryLock.FILE_NAME,
                    SuperblockDescriptor.FILE_NAME,
                    SuperblockDescriptor.FILE_NAME + Store.TEMPORARY_SUFFIX,
                    JournalFiles.DIRECTORY,
                    SegmentDescriptor.DIRECTORY,
                    IndexDescriptor.DIRECTORY,
                    ManifestDescriptor.DIRECTORY,
                    ManifestDescriptor.RESUME_DIRECTORY,
                    ErasureDescriptor.DIRECTORY,
                    CATALOGUE_DIRECTORY,
                    ManifestDescriptor.RESTORE_DIRECTORY,
                    ManifestDescriptor.RESTORE_DIRECTORY + Store.TEMPORARY_SUFFIX));
            if (files.kind(superblockFile) != FileLayer.Kind.NOTHING) {
                Superblock.read(files, superblockFile).requireSame(directory, schema, capacity);
            }
        }
    }

    private void requireDirectory() {
        if (files.kind(directory) != FileLayer.Kind.NOTHING && !files.isDirectory(directory)) {
            throw new ForeignFileException("not a directory: path=" + directory
                    + "; give the directory that holds, or is to hold, the memory");
        }
    }

    private void requireOwnFilesOnly(Set<String> known) throws IOException {
        List<Path> entries = files.list(directory);
        for (Path entry : entries) {
            if (!known.contains(entry.getFileName().toString())) {
                throw new ForeignFileException(
                        "something that is not part of an Engram memory is in its directory: file="
                                + entry + ", expected only "
                                + known.stream().sorted().toList()
                                + "; move it away, or use another directory");
            }
        }
    }
}
