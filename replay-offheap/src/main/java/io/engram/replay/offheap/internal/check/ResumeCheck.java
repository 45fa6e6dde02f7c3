package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.Rehearsal;
import java.io.IOException;
import java.nio.file.Path;

/** Checks what a memory keeps of the snapshot that it was made from. For one thread. */
final class ResumeCheck {
    private final FileLayer files;
    private final Path directory;
    private final Findings findings;

    /** {@code memory}: its directory. */
    ResumeCheck(FileLayer files, Path memory, Findings findings) {
        this.files = files;
        this.directory = memory.resolve(ManifestDescriptor.RESUME_DIRECTORY);
        this.findings = findings;
    }

    /** That the manifest is whole, the rehearsal has seen. */
    void check(Rehearsal rehearsal, HeldRows rows) throws IOException {
        if (files.kind(directory) == FileLayer.Kind.NOTHING) {
            return;
        }
        Path file = directory.resolve(ManifestDescriptor.FILE_NAME);
        if (files.kind(file) == FileLayer.Kind.NOTHING) {
            Examination.leftover(directory, findings);
            return;
        }
        findings.files++;
        Manifest manifest = rehearsal.recovered().resume();
        if (manifest == null) {
            findings.add(new Finding(
                    Severity.INFORMATION,
                    directory,
                    -1,
                    "rows were appended since the memory was made from a snapshot",
                    "",
                    "",
                    "nothing need be: the next opening removes what is kept of it"));
            return;
        }
        new SnapshotFiles(files, directory, findings).checkStates(manifest);
        new PositionsCheck(file, rehearsal.book(), rows, findings).check(manifest);
    }
}
