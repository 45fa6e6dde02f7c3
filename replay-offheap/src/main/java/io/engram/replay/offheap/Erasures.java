package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.erasure.ErasureCheck;
import io.engram.replay.offheap.internal.erasure.ErasureRecord;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.erasure.LiveWindow;
import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.agrona.concurrent.SystemEpochClock;
import org.jspecify.annotations.Nullable;

/**
 * The erasures of a memory's directory, whether the memory is open (here or in another process) or not. Safe for use by
 * any number of threads.
 */
public final class Erasures {
    private static final long PAUSE_MILLIS = 100;

    private final FileLayer files;
    private final Path memory;
    private final ErasureShelf shelf;

    private Erasures(FileLayer files, Path memory) {
        this.files = files;
        this.memory = memory;
        this.shelf = new ErasureShelf(files, memory);
    }

    /**
     * Those of a memory.
     *
     * @param directory of the memory
     * @return its erasures, of which there may be none
     */
    public static Erasures of(Path directory) {
        return of(new NioFileLayer(), directory);
    }

    static Erasures of(FileLayer files, Path directory) {
        return new Erasures(files, directory);
    }

    /**
     * The memory, if there is one.
     *
     * @return its id, which forks share
     * @throws ForeignFileException if there is no memory in the directory, or a snapshot
     * @throws StorageException another subclass, if its head is damaged or cannot be read
     */
    public UUID memoryId() {
        return superblock().memoryId();
    }

    /**
     * Records that are damaged: what was erased by these is not known any more.
     *
     * @return their files
     * @throws StorageException if they cannot be looked for
     */
    public List<Path> damaged() {
        return shelf.damaged();
    }

    /**
     * What was asked for and done, forks looked up now. Without records that are {@link #damaged}; the log tells of
     * these.
     *
     * @return the oldest request first, those included that are not finished
     * @throws StorageException if they cannot be looked for
     */
    public List<ErasureCertificate> certificates() {
        return shelf.all().stream().map(this::certificate).toList();
    }

    /**
     * One of them.
     *
     * @param id its number
     * @return nothing if there is none
     * @throws StorageException if the record is damaged or cannot be read
     */
    public Optional<ErasureCertificate> certificate(UUID id) {
        return shelf.find(id).map(this::certificate);
    }

    private ErasureCertificate certificate(ErasureRecord erasure) {
        return new ErasureCertificate(erasure.withKin(shelf.kin(erasure)));
    }

    /**
     * Asks a memory to erase that another process has open: the request is durable when this returns, and carried out
     * within seconds, or when the memory is opened next. A memory that is open in this process, or not open, is better
     * told directly: {@link OffHeapReplayMemory#erase}.
     *
     * @param request what
     * @return the certificate's number
     * @throws ForeignFileException if there is no memory in the directory, or a snapshot
     * @throws StorageException if the request cannot be written
     */
    public UUID request(ErasureRequest request) {
        UUID id = UUID.randomUUID();
        shelf.request(ErasureRecord.pending(
                superblock().memoryId(),
                id,
                SystemEpochClock.INSTANCE.time(),
                request.selection(),
                LiveWindow.NOT_KNOWN));
        return id;
    }

    /**
     * Waits until an erasure is finished.
     *
     * @param id its number
     * @param timeout how long
     * @return the certificate; nothing if it is not finished by then
     * @throws ErasureException if there is no such erasure, or the wait was interrupted
     */
    public Optional<ErasureCertificate> await(UUID id, Duration timeout) {
        long start = System.nanoTime();
        while (true) {
            ErasureRecord erasure = find(id);
            if (!erasure.isPending()) {
                return Optional.of(certificate(erasure));
            }
            if (System.nanoTime() - start > timeout.toNanos()) {
                return Optional.empty();
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ErasureException("interrupted while waiting for an erasure, which goes on: id=" + id, e);
            }
        }
    }

    /**
     * Looks through the files of the memory and its snapshots for what an erasure should have left: rows of it, their
     * bytes, episodes in journals; and whether the rows that were to stay are those that were there. Changes nothing;
     * the memory may be in use.
     *
     * @param id the erasure
     * @return what was found
     * @throws ErasureException if there is no such erasure, or it is not finished
     * @throws StorageException if files are damaged or cannot be read
     * @throws UnsupportedPlatformException if the JVM lacks a flag or the machine is not supported
     */
    public ErasureProof verify(UUID id) {
        return verify(id, null);
    }

    /**
     * As {@link #verify(UUID)}, and looks for a text in every byte of every file.
     *
     * @param id the erasure
     * @param text the name of the stream, subject or tag that was erased; nothing to look for if null
     * @return what was found
     * @throws IllegalArgumentException if that is not what was erased
     */
    public ErasureProof verify(UUID id, @Nullable String text) {
        Platform.require();
        ErasureRecord erasure = find(id);
        if (erasure.isPending()) {
            throw new ErasureException("the erasure is not finished: id=" + id + ", directory=" + memory
                    + "; wait for it, or open the memory once if it was interrupted");
        }
        ErasureCheck.Result result = new ErasureCheck(files, memory, erasure, text).run();
        return new ErasureProof(
                certificate(erasure),
                result.segments(),
                result.pages(),
                result.erasedRows(),
                result.digests(),
                result.findings());
    }

    private ErasureRecord find(UUID id) {
        return shelf.find(id)
                .orElseThrow(() -> new ErasureException(
                        "there is no such erasure: id=" + id + ", directory=" + memory + "; list those there are"));
    }

    private Superblock superblock() {
        Path file = memory.resolve(SuperblockDescriptor.FILE_NAME);
        try {
            if (files.kind(file) == FileLayer.Kind.NOTHING) {
                throw new ForeignFileException("there is no memory in the directory: directory=" + memory
                        + ", expected a file " + SuperblockDescriptor.FILE_NAME + "; give the directory of a memory");
            }
            if (files.kind(memory.resolve(ManifestDescriptor.FILE_NAME)) != FileLayer.Kind.NOTHING) {
                throw new ForeignFileException(
                        "the directory is a snapshot, which is erased with its memory: directory=" + memory
                                + "; give the directory of the memory");
            }
            return Superblock.read(files, file);
        } catch (IOException e) {
            throw new StorageException("the head of the memory cannot be read: file=" + file + ": " + e, e);
        }
    }
}
