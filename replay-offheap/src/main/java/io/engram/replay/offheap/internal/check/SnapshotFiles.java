package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks that the files of a snapshot are those of its manifest, whatever they hold. For one thread. */
final class SnapshotFiles {
    private static final List<String> PARTS = List.of(
            SegmentDescriptor.DIRECTORY,
            JournalFiles.DIRECTORY,
            IndexDescriptor.DIRECTORY,
            ManifestDescriptor.STATE_DIRECTORY);
    private static final String REMEDY = "restore it from a copy, or delete the snapshot";

    private final FileLayer files;
    private final Path directory;
    private final Findings findings;
    private final FilePieces pieces = new FilePieces();
    private final Set<Path> known = new HashSet<>();
    private final Tally alone = new Tally();

    SnapshotFiles(FileLayer files, Path directory, Findings findings) {
        this.files = files;
        this.directory = directory;
        this.findings = findings;
    }

    void check(Manifest manifest) throws IOException {
        known.add(directory.resolve(ManifestDescriptor.FILE_NAME));
        for (Manifest.Entry entry : manifest.files()) {
            Path file = directory.resolve(entry.path());
            if (!known.add(file)) {
                tell(file, "a file is twice in the manifest", "", "");
            }
            check(entry, file);
        }
        if (alone.count > 0) {
            findings.add(new Finding(
                    Severity.INFORMATION,
                    directory,
                    -1,
                    "files that were shared are held by the snapshot alone by now",
                    "files=" + alone.count,
                    "",
                    "nothing need be: deleting the snapshot frees them"));
        }
        requireNothingElse(directory);
    }

    /** What lies with a memory that was made of a snapshot: its states. */
    void checkStates(Manifest manifest) throws IOException {
        known.add(directory.resolve(ManifestDescriptor.FILE_NAME));
        for (Manifest.Entry entry : manifest.files()) {
            if (entry.path().startsWith(ManifestDescriptor.STATE_DIRECTORY + "/")) {
                known.add(directory.resolve(entry.path()));
                check(entry, directory.resolve(entry.path()));
            }
        }
        requireNothingElse(directory);
    }

    private void check(Manifest.Entry entry, Path file) throws IOException {
        if (files.kind(file) != FileLayer.Kind.FILE) {
            tell(
                    file,
                    "a file of the snapshot is missing",
                    files.kind(file).toString(),
                    FileLayer.Kind.FILE.toString());
            return;
        }
        boolean counted = List.of(SegmentDescriptor.DIRECTORY, JournalFiles.DIRECTORY, IndexDescriptor.DIRECTORY)
                .contains(entry.path().replaceFirst("/.*", ""));
        findings.files += counted ? 0 : 1;
        long length = length(file);
        if (length != entry.length()) {
            tell(file, "a file of the snapshot has another length", "length=" + length, "length=" + entry.length());
        } else if (entry.isPrivate()) {
            int crc = pieces.checksum(files, file);
            if (crc != entry.crc()) {
                tell(
                        file,
                        "a file of the snapshot is damaged",
                        "crc32c=" + Integer.toHexString(crc),
                        "crc32c=" + Integer.toHexString(entry.crc()));
            }
        }
        int links = files.linkCount(file);
        if (entry.isPrivate() && links > 1) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    -1,
                    "a file that was made for the snapshot alone has other names",
                    "names=" + links,
                    "names=1",
                    "nothing need be, but whoever has the other name can change the snapshot"));
        } else if (!entry.isPrivate() && links == 1) {
            alone.add(0);
        }
    }

    private long length(Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            return open.length();
        }
    }

    private void requireNothingElse(Path place) throws IOException {
        for (Path entry : files.list(place)) {
            boolean part = files.kind(entry) == FileLayer.Kind.DIRECTORY
                    && place.equals(directory)
                    && PARTS.contains(String.valueOf(entry.getFileName()));
            if (part) {
                requireNothingElse(entry);
            } else if (!known.contains(entry)) {
                findings.add(new Finding(
                        Severity.ERROR,
                        entry,
                        -1,
                        "something that is not part of the snapshot is in its directory",
                        "",
                        "",
                        "move it away"));
            }
        }
    }

    private void tell(Path file, String problem, String found, String expected) {
        findings.add(new Finding(Severity.ERROR, file, -1, problem, found, expected, REMEDY));
    }
}
