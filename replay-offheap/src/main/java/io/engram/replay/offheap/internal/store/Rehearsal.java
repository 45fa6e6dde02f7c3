package io.engram.replay.offheap.internal.store;

import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An opening that changes nothing: the same code looks at the same files and says what it would remove. So a checker
 * cannot come to other conclusions than an opening. For one thread; nobody else may change the directory.
 */
public final class Rehearsal implements AutoCloseable {
    private final JournalRecovery journal;
    private final Store.Recovered recovered;
    private final List<Path> leftovers;

    private Rehearsal(JournalRecovery journal, Store.Recovered recovered, List<Path> leftovers) {
        this.journal = journal;
        this.recovered = recovered;
        this.leftovers = List.copyOf(leftovers);
    }

    /**
     * Rehearses the opening of a memory, up to its priorities.
     *
     * @param files how files are reached
     * @param directory of the memory
     * @param superblock of the memory
     * @return what would have been found, to be closed
     * @throws IOException if something cannot be read
     * @throws StorageException a subclass, with which the opening would refuse the directory
     */
    public static Rehearsal of(FileLayer files, Path directory, Superblock superblock) throws IOException {
        return of(files, directory, superblock, ManifestCodec.readResume(files, directory, superblock));
    }

    /**
     * Rehearses what an opening would find that follows a restore.
     *
     * @param files how files are reached
     * @param directory of the snapshot
     * @param superblock of the snapshot
     * @param manifest of the snapshot
     * @return what would have been found, to be closed
     * @throws IOException if something cannot be read
     * @throws StorageException a subclass, with which the opening would refuse the directory
     */
    public static Rehearsal ofSnapshot(FileLayer files, Path directory, Superblock superblock, Manifest manifest)
            throws IOException {
        return of(files, directory, superblock, manifest);
    }

    private static Rehearsal of(FileLayer files, Path directory, Superblock superblock, @Nullable Manifest resume)
            throws IOException {
        ReadingFiles reading = new ReadingFiles(files);
        JournalRecovery journal = new JournalRecovery(reading, directory.resolve(JournalFiles.DIRECTORY), superblock);
        try {
            journal.read();
            Store.Recovered recovered =
                    new Recovery(reading, directory, superblock, 0, journal.book(), resume).rehearse();
            List<Path> leftovers = new ArrayList<>(journal.leftovers());
            leftovers.addAll(reading.deleted());
            return new Rehearsal(journal, recovered, leftovers);
        } catch (Throwable t) {
            journal.unmap();
            throw t;
        }
    }

    /**
     * Files for a rehearsal: what can be read, and nothing can be changed. What a committed restore has not moved yet
     * is seen as if it had.
     *
     * @param files how files are reached
     * @param directory of the memory
     * @return a layer that fails whoever would change something
     */
    public static FileLayer reading(FileLayer files, Path directory) {
        return new ReadingFiles(files, directory);
    }

    /**
     * What the journal says.
     *
     * @return streams and episodes
     */
    public EpisodeBook book() {
        return journal.book();
    }

    /**
     * The episodes that would go on, the memory being at a snapshot.
     *
     * @return their numbers
     */
    public Set<Long> going() {
        Manifest resume = recovered.resume();
        return resume == null
                ? Set.of()
                : resume.streams().stream().map(LanePosition::episode).collect(Collectors.toSet());
    }

    /**
     * The rows, in mappings that can be read until this is closed.
     *
     * @return as an opening would have found them; slots that hold no row are not mended
     */
    public Store.Recovered recovered() {
        return recovered;
    }

    /**
     * The file of a segment that was found.
     *
     * @param segment of {@link #recovered}
     * @return its name
     */
    public Path file(Segment segment) {
        return ((FileRegion) segment.region()).file();
    }

    /**
     * What an opening would remove.
     *
     * @return files
     */
    public List<Path> leftovers() {
        return leftovers;
    }

    @Override
    public void close() {
        journal.unmap();
        recovered
                .segments()
                .forEach(segment -> ((FileRegion) segment.region()).mapping().unmap());
    }
}
