package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.Kind;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of a memory's erasures, and where its kin are: a directory {@code erasure/} in the memory's. Requests are
 * put there by anybody, also while the memory is in use; all else is written by the memory's owner. No other object may
 * write at the same time.
 */
public final class ErasureShelf {
    private static final Logger LOG = LoggerFactory.getLogger(ErasureShelf.class);
    private static final String TEMPORARY = ErasureDescriptor.SUFFIX + Store.TEMPORARY_SUFFIX;

    private static final int TRIES = 20;
    private static final long PAUSE_NANOS = 200_000;

    private final FileLayer files;
    private final Path memory;
    private final Path directory;
    private final KinShelf kinShelf;

    /**
     * The shelf of a memory.
     *
     * @param files how files are reached
     * @param memory the memory's directory
     */
    public ErasureShelf(FileLayer files, Path memory) {
        this.files = files;
        this.memory = memory;
        this.directory = memory.resolve(ErasureDescriptor.DIRECTORY);
        this.kinShelf = new KinShelf(files, memory);
    }

    /** What was found: records that are whole, the oldest request first, and why others cannot be read. */
    private record Found(List<ErasureRecord> records, Map<Path, StorageException> damaged) {}

    /**
     * All records that are whole. Those that are damaged are told to the log.
     *
     * @return the oldest request first
     * @throws StorageException if they cannot be looked for
     */
    public List<ErasureRecord> all() {
        Found found = look();
        found.damaged.forEach((file, why) -> LOG.warn(
                "the record of an erasure cannot be read and is left out: file={}: {}", file, why.getMessage()));
        return found.records;
    }

    /**
     * Records that are damaged.
     *
     * @return their files
     * @throws StorageException if they cannot be looked for
     */
    public List<Path> damaged() {
        return List.copyOf(look().damaged.keySet());
    }

    private Found look() {
        List<ErasureRecord> records = new ArrayList<>();
        Map<Path, StorageException> damaged = new TreeMap<>();
        try {
            if (files.kind(directory) == Kind.DIRECTORY) {
                for (Path file : files.list(directory)) {
                    if (String.valueOf(file.getFileName()).endsWith(ErasureDescriptor.SUFFIX)) {
                        try {
                            records.add(read(file));
                        } catch (StorageException e) {
                            damaged.put(file, e);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new StorageException("the records of erasures cannot be read: directory=" + directory + ": " + e, e);
        }
        records.sort(Comparator.comparingLong(ErasureRecord::requested).thenComparing(ErasureRecord::request));
        return new Found(records, damaged);
    }

    /**
     * Those of which something is left to be erased.
     *
     * @return the oldest request first
     * @throws StorageException if a record that says so is damaged, or they cannot be looked for
     */
    public List<ErasureRecord> pending() {
        Found found = look();
        found.damaged.forEach((file, why) -> {
            if (saysPending(file)) {
                throw why;
            }
        });
        return found.records.stream().filter(ErasureRecord::isPending).toList();
    }

    /** What was to be erased cannot be known then, but that something was. */
    private boolean saysPending(Path file) {
        try (OpenFile open = files.openForReading(file)) {
            ByteBuffer block =
                    ByteBuffer.allocate(ErasureDescriptor.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            if (open.length() < ErasureDescriptor.HEADER_LENGTH) {
                return false;
            }
            open.read(block, 0);
            return block.getLong(ErasureDescriptor.MAGIC_OFFSET) == ErasureDescriptor.MAGIC
                    && block.getInt(ErasureDescriptor.STATE_OFFSET) == ErasureDescriptor.PENDING
                    && block.getLong(ErasureDescriptor.FINISHED_OFFSET) == ErasureRecord.NOT_FINISHED;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Takes a request back of which nothing was carried out; when this returns it does not come back.
     *
     * @param request its number
     * @throws StorageException if the record cannot be removed
     */
    public void withdraw(UUID request) {
        Path file = file(request);
        try {
            wipe(temporary(file));
            wipe(file);
            if (files.kind(directory) == Kind.DIRECTORY) {
                files.syncDirectory(directory);
            }
        } catch (IOException e) {
            throw new StorageException("a request to erase could not be withdrawn: file=" + file + ": " + e, e);
        }
    }

    /**
     * The record of a request.
     *
     * @param request its number
     * @return nothing if there is none
     * @throws StorageException if it is damaged or cannot be read
     */
    public Optional<ErasureRecord> find(UUID request) {
        Path file = file(request);
        try {
            return files.kind(file) == Kind.NOTHING ? Optional.empty() : Optional.of(read(file));
        } catch (IOException e) {
            throw new StorageException("the record of an erasure cannot be read: file=" + file + ": " + e, e);
        }
    }

    /**
     * Where a record is being replaced, or was when the process died, the new one counts, which is whole while the old
     * one is not. If both cannot be read, the new one may just have taken the old one's place.
     */
    private ErasureRecord read(Path file) throws IOException {
        StorageException damage = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                return ErasureCodec.read(files, file);
            } catch (StorageException e) {
                damage = e;
            }
            try {
                return ErasureCodec.read(files, temporary(file));
            } catch (StorageException e) {
                damage.addSuppressed(e);
            } catch (NoSuchFileException e) {
                // It has the record's name by now, unless the record is damaged.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        throw Objects.requireNonNull(damage);
    }

    /**
     * Writes a record, in the place of the one of the same request; when this returns it outlives a power loss. What
     * stood in the old one is overwritten before it goes: it may hold a name that is to be forgotten.
     *
     * @param record any
     * @throws StorageException if it cannot be written
     */
    public void write(ErasureRecord record) {
        Path file = file(record.request());
        Path temporary = temporary(file);
        try {
            DirectoryTree.create(files, directory);
            wipe(temporary);
            try (OpenFile open = files.create(temporary)) {
                open.write(ErasureCodec.encode(record), 0);
                open.sync();
            }
            if (files.kind(file) != Kind.NOTHING) {
                // From here on the new one counts: it must be there whatever happens.
                files.syncDirectory(directory);
                overwrite(file);
            }
            files.rename(temporary, file);
            files.syncDirectory(directory);
        } catch (IOException e) {
            throw new StorageException("the record of an erasure could not be written: file=" + file + ": " + e, e);
        }
    }

    /**
     * Finishes what a process that died had begun to write, and removes what it left half written. For the owner of the
     * memory, when it is opened.
     *
     * @throws StorageException if something cannot be written
     */
    public void mend() {
        try {
            if (files.kind(directory) == Kind.DIRECTORY) {
                for (Path file : files.list(directory)) {
                    String name = String.valueOf(file.getFileName());
                    if (name.endsWith(TEMPORARY)) {
                        mend(
                                file,
                                directory.resolve(name.substring(0, name.length() - Store.TEMPORARY_SUFFIX.length())));
                    } else if (name.endsWith(Store.TEMPORARY_SUFFIX)) {
                        wipe(file);
                    }
                }
                files.syncDirectory(directory);
            }
        } catch (IOException e) {
            throw new StorageException(
                    "the records of erasures could not be mended: directory=" + directory + ": " + e, e);
        }
    }

    private void mend(Path temporary, Path file) throws IOException {
        if (files.kind(file) != Kind.NOTHING && !isWhole(file) && isWhole(temporary)) {
            overwrite(file);
            files.rename(temporary, file);
        } else {
            wipe(temporary);
        }
    }

    private boolean isWhole(Path file) throws IOException {
        try {
            ErasureCodec.read(files, file);
            return true;
        } catch (StorageException e) {
            return false;
        }
    }

    /**
     * Leaves a request in each memory of the lineage that has none of that number yet: durable when this returns.
     *
     * @param record pending
     * @return how far each is; where something is wrong with one, that is told to the log
     * @throws StorageException if it cannot be read which there are
     */
    public List<KinState> leaveRequests(ErasureRecord record) {
        return states(each -> {
            if (!kinShelf.isKin(each, record.memoryId())) {
                return KinState.State.NOT_FOUND;
            }
            ErasureShelf other = new ErasureShelf(files, each);
            Optional<ErasureRecord> there = other.find(record.request());
            if (there.isEmpty()) {
                other.request(record.forKin());
            }
            return there.map(ErasureShelf::stateOf).orElse(KinState.State.REQUESTED);
        });
    }

    private List<KinState> states(Function<Path, KinState.State> look) {
        List<KinState> states = new ArrayList<>();
        KinShelf.Notes notes = kinShelf.notes();
        for (Path each : notes.paths()) {
            KinState.State state = KinState.State.NOT_REACHED;
            try {
                state = look.apply(each);
            } catch (StorageException e) {
                LOG.warn("a memory of the lineage cannot be reached: directory={}: {}", each, e.getMessage());
            }
            states.add(new KinState(each.toString(), state));
        }
        // Whatever memory it was that these told of.
        notes.damaged().forEach(note -> states.add(new KinState(note.toString(), KinState.State.NOT_REACHED)));
        return states;
    }

    /**
     * Puts a request here that was made elsewhere, unless there is one of its number: the owner of the memory, which
     * may be in use by another process, erases, or whoever opens it next.
     *
     * @param record pending
     * @throws StorageException if it cannot be written
     */
    public void request(ErasureRecord record) {
        Path file = file(record.request());
        Path temporary = directory.resolve(UUID.randomUUID() + ".request" + Store.TEMPORARY_SUFFIX);
        try {
            DirectoryTree.create(files, directory);
            try (OpenFile open = files.create(temporary)) {
                open.write(ErasureCodec.encode(record), 0);
                open.sync();
            }
            if (files.kind(file) == Kind.NOTHING) {
                files.rename(temporary, file);
            } else {
                wipe(temporary);
            }
            files.syncDirectory(directory);
        } catch (IOException e) {
            throw new StorageException("a request to erase could not be written: file=" + file + ": " + e, e);
        }
    }

    /**
     * Looks again how far the memories of the lineage are.
     *
     * @param record of the request
     * @return how far each is that is known now
     * @throws StorageException if it cannot be read which there are
     */
    public List<KinState> kin(ErasureRecord record) {
        return states(each -> {
            if (!kinShelf.isKin(each, record.memoryId())) {
                return KinState.State.NOT_FOUND;
            }
            return new ErasureShelf(files, each)
                    .find(record.request())
                    .map(ErasureShelf::stateOf)
                    .orElse(KinState.State.NOT_REACHED);
        });
    }

    private static KinState.State stateOf(ErasureRecord there) {
        return there.isPending() ? KinState.State.REQUESTED : KinState.State.FINISHED;
    }

    /**
     * Notes a memory of the lineage: a fork of this one, or the one that this is a fork of. Durable when this returns.
     *
     * @param other its directory
     * @throws StorageException if it cannot be written
     */
    public void addKin(Path other) {
        kinShelf.add(other);
    }

    /**
     * Has all memories of the lineage that are within reach note another one. Where something is wrong with one, the
     * log tells.
     *
     * @param other its directory
     * @param memoryId of the lineage
     * @throws StorageException if it cannot be read which there are
     */
    public void introduce(Path other, UUID memoryId) {
        for (Path each : kinShelf.paths()) {
            try {
                if (kinShelf.isKin(each, memoryId)) {
                    new KinShelf(files, each).add(other);
                }
            } catch (StorageException e) {
                LOG.warn(
                        "a fork could not be noted in a memory of its lineage: directory={}: {}", each, e.getMessage());
            }
        }
    }

    /**
     * The memories of the lineage that are noted here. A note that is damaged names none.
     *
     * @return their directories, absolute
     * @throws StorageException if a note cannot be read
     */
    public List<Path> kin() {
        return kinShelf.paths();
    }

    /** Removes a file whose bytes nobody may find. */
    private void wipe(Path file) throws IOException {
        if (files.kind(file) != Kind.NOTHING) {
            overwrite(file);
            files.delete(file);
        }
    }

    private void overwrite(Path file) throws IOException {
        try (OpenFile open = files.open(file)) {
            long length = open.length();
            ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(length, FilePieces.PIECE));
            for (long at = 0; at < length; at += zeros.capacity()) {
                open.write(zeros.clear().limit((int) Math.min(zeros.capacity(), length - at)), at);
            }
            open.sync();
        }
    }

    private Path file(UUID request) {
        return directory.resolve(request + ErasureDescriptor.SUFFIX);
    }

    private static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + Store.TEMPORARY_SUFFIX);
    }

    @Override
    public String toString() {
        return "erasures of " + memory;
    }
}
