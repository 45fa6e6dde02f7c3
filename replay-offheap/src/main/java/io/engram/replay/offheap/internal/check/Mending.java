package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Does what can be done about what an examination found, under the directory's lock: never anything that loses a row or
 * a record that is whole. For one thread.
 */
public final class Mending {
    private final FileLayer files;
    private final Path directory;

    /**
     * A mending.
     *
     * @param files how files are reached
     * @param directory of a memory
     */
    public Mending(FileLayer files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * Examines, mends and examines again.
     *
     * @return what was found the second time, and what was changed
     * @throws StorageException if the memory is in use, or there is none, or it cannot be read or changed
     */
    public CheckReport run() {
        Directories.requireMemory(files, directory);
        FileLayer.Lock lock = files.lock(directory);
        try {
            List<String> repairs = mend(new Examination(files, directory).look());
            CheckReport after = new Examination(files, directory).look().report(directory);
            return new CheckReport(directory, after.counts(), after.findings(), repairs);
        } finally {
            lock.close();
        }
    }

    private List<String> mend(Findings found) {
        // What is known of a file later, such as that it is left over, counts.
        Map<Path, Remedy> remedies = new LinkedHashMap<>();
        found.remedies().forEach(remedy -> remedies.put(remedy.file(), remedy));
        List<String> repairs = new ArrayList<>();
        for (Remedy remedy : remedies.values()) {
            try {
                mend(remedy);
            } catch (IOException e) {
                throw new StorageException(
                        "a repair failed: file=" + remedy.file() + ", " + remedy.effect() + ": " + e
                                + "; repaired so far: " + repairs,
                        e);
            }
            String what = remedy.kind() == Remedy.Kind.REMOVE ? "removed" : "zeroed the footer of";
            repairs.add(what + " " + remedy.file() + ": " + remedy.effect());
        }
        return repairs;
    }

    private void mend(Remedy remedy) throws IOException {
        switch (remedy.kind()) {
            case REMOVE -> {
                files.delete(remedy.file());
                Path parent = remedy.file().toAbsolutePath().getParent();
                if (parent != null) {
                    files.syncDirectory(parent);
                }
            }
            case ZERO_FOOTER -> {
                try (FileLayer.OpenFile open = files.open(remedy.file())) {
                    open.write(ByteBuffer.allocate(SegmentGeometry.PAGE), open.length() - SegmentGeometry.PAGE);
                    open.sync();
                }
            }
        }
    }
}
