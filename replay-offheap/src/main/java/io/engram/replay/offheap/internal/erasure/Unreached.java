package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What an erasure does not reach within the memory's directory, in words for the certificate. */
final class Unreached {
    private static final List<String> ALWAYS = List.of(
            "copies of files, exports and backups that were made outside of the memory's directory",
            "blocks of the disk that files were on which are no more, and snapshots that the file system itself keeps",
            "what was learned from erased rows: weights of networks");

    private final FileLayer files;
    private final Path memory;
    private final Selection selection;

    Unreached(FileLayer files, Path memory, Selection selection) {
        this.files = files;
        this.memory = memory;
        this.selection = selection;
    }

    List<String> list(Resolution resolution, List<SharedFile> segments, List<String> damaged) throws IOException {
        List<String> words = new ArrayList<>(ALWAYS);
        Path resume = memory.resolve(ManifestDescriptor.RESUME_DIRECTORY);
        addStates(resume, words);
        for (Container snapshot : resolution.snapshots()) {
            addStates(snapshot.directory(), words);
        }
        for (SharedFile segment : segments) {
            if (!segment.isComplete()) {
                words.add("rows that are in no window here, but may be in that of another memory: file="
                        + segment.name() + " has names elsewhere, such as in a fork");
            }
        }
        for (String snapshot : resolution.unreadable()) {
            words.add("a snapshot that is damaged, in which nothing could be erased: name=" + snapshot
                    + "; delete it, or put it right and erase again");
        }
        for (String file : damaged) {
            words.add("a file that was damaged before, which its snapshot is not told of: file=" + file);
        }
        if (selection.kind() == Selection.Kind.STREAM) {
            words.add("the name of the stream, which the journal keeps with its number");
        }
        return words;
    }

    private void addStates(Path home, List<String> words) throws IOException {
        Path states = home.resolve(ManifestDescriptor.STATE_DIRECTORY);
        for (Path state : Resolver.filesIn(files, states, ManifestDescriptor.STATE_SUFFIX)) {
            words.add("what a trainer gave to a snapshot, which only the trainer can read: file="
                    + memory.relativize(state).toString().replace('\\', '/'));
        }
    }
}
