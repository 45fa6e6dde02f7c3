package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.store.DirectoryLock;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Rehearsal;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One look at a memory's directory: each file for itself, then, unless an opening would refuse them, all together.
 * Bounded by the files: nothing is mapped or allocated before a file is known to be as long as it says. For one thread.
 */
public final class Examination {
    private final FileLayer files;
    private final Path directory;
    private final SealedFiles sealed;
    private final Findings findings = new Findings();

    /**
     * An examination.
     *
     * @param files how files are reached; only read
     * @param directory of a memory, or of a snapshot
     */
    public Examination(FileLayer files, Path directory) {
        this.files = Rehearsal.reading(files, directory);
        this.directory = directory;
        this.sealed = new SealedFiles(this.files);
    }

    /**
     * Looks, while nobody has the memory open.
     *
     * @return what was found
     * @throws StorageException if the memory is in use, or there is none, or it cannot be read
     */
    public CheckReport run() {
        if (Directories.isSnapshot(files, directory)) {
            Findings found = new SnapshotCheck(files, directory, sealed).check(null);
            found.snapshots++;
            return found.report(directory);
        }
        Directories.requireMemory(files, directory);
        DirectoryLock.requireFree(directory);
        Findings found = look();
        // Whoever opened it meanwhile may have changed what was looked at.
        DirectoryLock.requireFree(directory);
        return found.report(directory);
    }

    /** Looks, for whoever holds the lock. */
    Findings look() {
        try {
            Superblock superblock = examine();
            new SnapshotsCheck(files, directory, sealed, findings).check(superblock);
            return findings;
        } catch (IOException e) {
            throw new StorageException("the memory cannot be checked: directory=" + directory + ": " + e, e);
        }
    }

    /** Tells of a file that the next opening removes. */
    static void leftover(Path file, Findings findings) {
        findings.add(new Finding(
                Severity.INFORMATION,
                file,
                -1,
                "something is left over",
                "",
                "",
                "nothing need be: the next opening removes it"));
        findings.add(new Remedy(Remedy.Kind.REMOVE, file, "left over; nothing is lost"));
    }

    /** Returns null if the head cannot be read. */
    private @Nullable Superblock examine() throws IOException {
        Directories directories = new Directories(files, directory, findings);
        directories.check();
        Path head = directory.resolve(SuperblockDescriptor.FILE_NAME);
        Superblock superblock;
        try {
            superblock = Superblock.read(files, head);
            superblock.geometry().requireFewSegments(superblock.capacity());
            findings.files++;
        } catch (StorageException | IOException | IllegalArgumentException e) {
            findings.refused(head, e);
            return null;
        }
        boolean hasJournal = directories.hasPart(JournalFiles.DIRECTORY);
        boolean hasSegments = directories.hasPart(SegmentDescriptor.DIRECTORY);
        EpisodeBook book = new EpisodeBook();
        if (hasJournal) {
            book = new JournalCheck(files, superblock, false, findings)
                    .check(directory.resolve(JournalFiles.DIRECTORY));
        }
        if (hasSegments) {
            new SegmentsCheck(files, superblock, book, sealed, findings)
                    .check(directory.resolve(SegmentDescriptor.DIRECTORY));
        }
        together(superblock, hasJournal && hasSegments);
        return superblock;
    }

    private void together(Superblock superblock, boolean complete) throws IOException {
        Path priorities = directory.resolve(IndexDescriptor.DIRECTORY);
        if (!complete) {
            new PrioritiesCheck(files, superblock, null, findings).check(priorities);
            return;
        }
        try (Rehearsal rehearsal = Rehearsal.of(files, directory, superblock)) {
            for (Path leftover : rehearsal.leftovers()) {
                findings.files += String.valueOf(leftover.getFileName()).endsWith(".tmp") ? 1 : 0;
                leftover(leftover, findings);
            }
            HeldRows rows = new HeldRows(superblock, rehearsal, false);
            new WindowCheck(superblock.geometry(), rehearsal, rows, findings).check(Set.of());
            new EpisodesCheck(
                            directory.resolve(JournalFiles.DIRECTORY),
                            superblock.schema().rowLayout(),
                            rows,
                            findings)
                    .check(rehearsal.book(), rehearsal.going());
            new PrioritiesCheck(files, superblock, rows, findings).check(priorities);
            new ResumeCheck(files, directory, findings).check(rehearsal, rows);
        } catch (StorageException | IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            findings.refused(directory, e);
            findings.add(new Finding(
                    Severity.INFORMATION,
                    directory,
                    -1,
                    "links, episodes and priorities were not compared with the rows",
                    "",
                    "",
                    "check again when the errors are mended"));
            new PrioritiesCheck(files, superblock, null, findings).check(priorities);
        }
    }
}
