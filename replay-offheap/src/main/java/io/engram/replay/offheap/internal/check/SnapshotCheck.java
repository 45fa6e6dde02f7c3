package io.engram.replay.offheap.internal.check;

import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.Rehearsal;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentHeader;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks one snapshot: its files against its manifest, then what they hold, as that of a memory which is made of it.
 * What it shares with others is read once for all of them. For one thread.
 */
final class SnapshotCheck {
    private final FileLayer files;
    private final Path directory;
    private final SealedFiles sealed;
    private final Findings findings = new Findings();

    /** {@code sealed}: takes the sealed segments, and says which were read before. */
    SnapshotCheck(FileLayer files, Path directory, SealedFiles sealed) {
        this.files = files;
        this.directory = directory;
        this.sealed = sealed;
    }

    /** {@code memory}: of the memory that the snapshot lies in, null if it is not known. Returns what was found. */
    Findings check(@Nullable Superblock memory) {
        Path file = directory.resolve(ManifestDescriptor.FILE_NAME);
        if (files.kind(file) == FileLayer.Kind.NOTHING) {
            error(file, "the manifest of a snapshot is missing", "", "");
            return findings;
        }
        try {
            Manifest manifest = ManifestCodec.read(files, file);
            findings.files++;
            requireName(file, manifest);
            new SnapshotFiles(files, directory, findings).check(manifest);
            Superblock superblock = Superblock.read(files, directory.resolve(SuperblockDescriptor.FILE_NAME));
            requireSame(file, manifest, superblock, memory);
            contents(manifest, superblock);
        } catch (StorageException | IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            findings.refused(directory, e);
        }
        return findings;
    }

    private void requireName(Path file, Manifest manifest) {
        String name = String.valueOf(directory.toAbsolutePath().getFileName());
        if (!name.equals(manifest.identity().name())) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    ManifestDescriptor.NAME_OFFSET,
                    "a snapshot has another name than its directory",
                    "name=" + manifest.identity().name(),
                    "name=" + name,
                    "nothing need be: the directory's name counts"));
        }
    }

    private void requireSame(Path file, Manifest manifest, Superblock superblock, @Nullable Superblock memory) {
        if (!superblock.memoryId().equals(manifest.identity().memoryId())) {
            error(
                    file,
                    "the manifest belongs to another memory",
                    "memory id=" + manifest.identity().memoryId(),
                    "memory id=" + superblock.memoryId());
        }
        if (memory != null && !memory.equals(superblock)) {
            error(
                    directory.resolve(SuperblockDescriptor.FILE_NAME),
                    "a snapshot is of another memory than the one it lies in",
                    superblock.toString(),
                    memory.toString());
        }
    }

    private void contents(Manifest manifest, Superblock superblock) throws IOException {
        JournalCheck journal = new JournalCheck(files, superblock, true, findings);
        EpisodeBook book = journal.check(directory.resolve(JournalFiles.DIRECTORY));
        Set<Path> known = new HashSet<>();
        for (Manifest.Entry entry : manifest.files()) {
            Path file = directory.resolve(entry.path());
            if (isSegment(entry) && files.kind(file) == FileLayer.Kind.FILE && sealed.get(file) != null) {
                known.add(file);
            }
        }
        new SegmentsCheck(files, superblock, book, sealed, findings)
                .check(directory.resolve(SegmentDescriptor.DIRECTORY));
        for (Manifest.Entry entry : manifest.files()) {
            requireSealed(entry, journal);
        }
        requireSegments(manifest, superblock);
        together(manifest, superblock, known);
    }

    private static boolean isSegment(Manifest.Entry entry) {
        return entry.path().startsWith(SegmentDescriptor.DIRECTORY + "/");
    }

    /** What is shared never changes, so it is sealed. */
    private void requireSealed(Manifest.Entry entry, JournalCheck journal) throws IOException {
        Path file = directory.resolve(entry.path());
        if (entry.isPrivate() || files.kind(file) != FileLayer.Kind.FILE) {
            return;
        }
        if (isSegment(entry) ? sealed.get(file) == null : !journal.isSealed(file)) {
            error(file, "a file that the snapshot shares is not sealed", "no footer or seal that is whole", "one");
        }
    }

    private void requireSegments(Manifest manifest, Superblock superblock) throws IOException {
        List<Long> found = new ArrayList<>();
        for (Manifest.Entry entry : manifest.files()) {
            if (isSegment(entry)) {
                Path file = directory.resolve(entry.path());
                try (FileLayer.OpenFile open = files.openForReading(file)) {
                    found.add(SegmentHeader.read(open, file, superblock).ordinal());
                }
            }
        }
        found.sort(null);
        SegmentGeometry geometry = superblock.geometry();
        Manifest.Cut cut = manifest.cut();
        long end = cut.head() == cut.tail() ? geometry.ordinal(cut.tail()) : geometry.ordinal(cut.head() - 1) + 1;
        List<Long> expected =
                LongStream.range(geometry.ordinal(cut.tail()), end).boxed().toList();
        if (!found.equals(expected)) {
            error(
                    directory.resolve(SegmentDescriptor.DIRECTORY),
                    "the segments of a snapshot are not those of its rows",
                    "segments=" + found,
                    "segments=" + expected);
        }
    }

    /** {@code known}: segments whose rows were compared with each other before. */
    private void together(Manifest manifest, Superblock superblock, Set<Path> known) throws IOException {
        Path journal = directory.resolve(JournalFiles.DIRECTORY);
        try (Rehearsal rehearsal = Rehearsal.ofSnapshot(files, directory, superblock, manifest)) {
            if (rehearsal.recovered().resume() == null) {
                error(
                        directory.resolve(SegmentDescriptor.DIRECTORY),
                        "a snapshot has rows that are newer than it",
                        "end=" + rehearsal.recovered().head(),
                        "end=" + manifest.cut().head());
            }
            HeldRows rows = new HeldRows(superblock, rehearsal, true);
            new WindowCheck(superblock.geometry(), rehearsal, rows, findings).check(known);
            new EpisodesCheck(journal, superblock.schema().rowLayout(), rows, findings)
                    .check(
                            rehearsal.book(),
                            manifest.streams().stream()
                                    .map(LanePosition::episode)
                                    .collect(Collectors.toSet()));
            new PrioritiesCheck(files, superblock, rows, findings).check(directory.resolve(IndexDescriptor.DIRECTORY));
            new PositionsCheck(directory.resolve(ManifestDescriptor.FILE_NAME), rehearsal.book(), rows, findings)
                    .check(manifest);
        }
    }

    private void error(Path file, String problem, String found, String expected) {
        findings.add(new Finding(Severity.ERROR, file, -1, problem, found, expected, "delete the snapshot"));
    }
}
