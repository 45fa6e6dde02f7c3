package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.internal.store.DirectoryLock;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.StoreOpener;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Checks what names there are in a memory's directory. */
final class Directories {
    private final FileLayer files;
    private final Path directory;
    private final Findings findings;

    Directories(FileLayer files, Path directory, Findings findings) {
        this.files = files;
        this.directory = directory;
        this.findings = findings;
    }

    /** Refuses what nobody would call a memory, however damaged. */
    static void requireMemory(FileLayer files, Path directory) {
        boolean any = false;
        for (String part :
                List.of(SuperblockDescriptor.FILE_NAME, SegmentDescriptor.DIRECTORY, JournalFiles.DIRECTORY)) {
            any |= files.kind(directory.resolve(part)) != FileLayer.Kind.NOTHING;
        }
        if (!files.isDirectory(directory) || !any) {
            throw new ForeignFileException("no Engram memory: directory=" + directory + ", expected "
                    + SuperblockDescriptor.FILE_NAME + " in it; give the directory that holds the memory");
        }
    }

    static Finding foreign(Path file, String among) {
        return new Finding(
                Severity.ERROR,
                file,
                -1,
                "something that is not part of the memory is among the " + among,
                "",
                "",
                "move it away: opening refuses the directory");
    }

    /** Whether a directory is that of a snapshot. */
    static boolean isSnapshot(FileLayer files, Path directory) {
        return files.kind(directory.resolve(ManifestDescriptor.FILE_NAME)) != FileLayer.Kind.NOTHING;
    }

    /** Tells what is foreign or missing. */
    void check() throws IOException {
        String temporary = SuperblockDescriptor.FILE_NAME + Store.TEMPORARY_SUFFIX;
        for (Path entry : files.list(directory)) {
            String name = String.valueOf(entry.getFileName());
            if (name.equals(ManifestDescriptor.RESTORE_DIRECTORY)) {
                findings.add(new Finding(
                        Severity.INFORMATION,
                        entry,
                        -1,
                        "a restore is not finished, and counts",
                        "",
                        "",
                        "nothing need be: the next opening moves these parts to their places; they were checked"
                                + " as if they were there"));
            } else if (name.equals(ManifestDescriptor.RESTORE_DIRECTORY + Store.TEMPORARY_SUFFIX)) {
                Examination.leftover(entry, findings);
            } else if (!StoreOpener.ENTRIES.contains(name)) {
                findings.add(foreign(entry, "files of the memory"));
                if (name.equals(temporary) && files.kind(entry) == FileLayer.Kind.FILE) {
                    findings.add(new Remedy(Remedy.Kind.REMOVE, entry, "a left-over head; nothing is lost"));
                }
            }
        }
        Path lock = directory.resolve(DirectoryLock.FILE_NAME);
        FileLayer.Kind kind = files.kind(lock);
        if (kind != FileLayer.Kind.NOTHING && kind != FileLayer.Kind.FILE) {
            findings.add(new Finding(
                    Severity.ERROR, lock, -1, "the lock is not a regular file", kind.toString(), "", "remove it"));
        }
        findings.files += kind == FileLayer.Kind.FILE ? 1 : 0;
    }

    /** Whether a part of the memory is there; tells if not. */
    boolean hasPart(String name) {
        Path part = directory.resolve(name);
        boolean there = files.isDirectory(part);
        if (!there) {
            findings.add(new Finding(
                    Severity.ERROR,
                    part,
                    -1,
                    "a part of the memory is missing",
                    files.kind(part).toString(),
                    "a directory",
                    "restore it from a copy"));
        }
        return there;
    }
}
