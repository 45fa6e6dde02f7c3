package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.ErasureProgress;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Erases in all files of a memory and its snapshots, whether the memory is in use in this process or not.
 *
 * <p>In this order: {@link #resolve}, {@link #eraseRows}, {@link #zeroRows}, {@link #scrubJournals}, {@link
 * #scrubManifests}. Each step is durable when it returns, and finishes for all files before the next begins: journals
 * say which rows are meant, so they go after the rows. Interrupted anywhere, another eraser for the same selection
 * begins again, finds what is left, and ends with the same bytes. Nobody takes, restores, forks or deletes snapshots
 * meanwhile, and no file of the memory loses its name. For one thread.
 */
public final class FileEraser {
    private final FileLayer files;
    private final Path memory;
    private final Superblock superblock;
    private final Selection selection;
    private final LiveWindow window;
    private final SegmentGuard guard;
    private final ManifestScrub manifests;
    private final List<FileOutcome> outcomes = new ArrayList<>();
    private List<KnownEpisode> known = List.of();
    private long requested = Long.MAX_VALUE;
    private Set<String> begun = Set.of();
    private ErasureProgress progress = ErasureProgress.NONE;
    private @Nullable Resolution resolution;
    private List<SegmentScrub> segments = List.of();

    /**
     * An eraser.
     *
     * @param files how files are reached
     * @param directory of the memory
     * @param superblock of the memory
     * @param selection what is to be erased
     * @param window what of the memory itself it is about
     * @param guard is held while a file of the memory itself is changed
     */
    public FileEraser(
            FileLayer files,
            Path directory,
            Superblock superblock,
            Selection selection,
            LiveWindow window,
            SegmentGuard guard) {
        this.files = files;
        this.memory = directory;
        this.superblock = superblock;
        this.selection = selection;
        this.window = window;
        this.guard = guard;
        this.manifests = new ManifestScrub(files, superblock, selection);
    }

    /**
     * Which episodes the numbers stand for, as an earlier run found out, here or in the memory that the request comes
     * from. To be called before {@link #resolve}.
     *
     * @param identified from {@link ErasureRecord#known}; empty if there was none
     * @param at when it was asked for, from {@link ErasureRecord#requested}
     */
    public void assume(List<KnownEpisode> identified, long at) {
        this.known = List.copyOf(identified);
        this.requested = at;
    }

    /**
     * In which files an earlier run began to erase: these have an outcome though nothing may be left to do.
     *
     * @param earlier from {@link ErasureRecord#files}; empty if there was none
     */
    public void goOnWith(List<FileOutcome> earlier) {
        this.begun = earlier.stream().map(FileOutcome::path).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Who is told how far it is.
     *
     * @param listener is called by the thread that erases
     */
    public void setProgress(ErasureProgress listener) {
        this.progress = listener;
    }

    /**
     * Reads all journals. Changes nothing.
     *
     * @return what the selection means
     * @throws StorageException if something cannot be read
     */
    public Resolution resolve() {
        return reading(() -> {
            Resolution found = new Resolver(
                            files, memory, superblock, new Resolver.Target(selection, window, known, requested))
                    .resolve();
            resolution = found;
            return found;
        });
    }

    /**
     * Makes the rows unreadable, and those that have left every window.
     *
     * @throws StorageException if a file cannot be changed; then nothing is certain, and all is to be done again
     */
    public void eraseRows() {
        changing(() -> {
            List<SegmentScrub> scrubs = new ArrayList<>();
            for (SharedFile file : shared(SegmentDescriptor.DIRECTORY, SegmentFiles.SUFFIX)) {
                scrubs.add(new SegmentScrub(files, superblock, file));
            }
            segments = List.copyOf(scrubs);
            each(ErasureProgress.Step.ROWS, segments, SegmentScrub::file, SegmentScrub::erase);
        });
    }

    /**
     * Makes the bytes of erased rows zeros, and those of all slots without a row; and compares what stays with what was
     * there before {@link #eraseRows}, which must have been called. Before that manifests forget where writers of
     * erased episodes and rows stood: only rows and journals tell which these are.
     *
     * @throws StorageException if a file cannot be changed, or rows changed that were to stay
     */
    public void zeroRows() {
        changing(() -> {
            for (Container snapshot : resolved().snapshots()) {
                manifests.scrubPositions(snapshot, Objects.requireNonNull(snapshot.manifest()));
            }
            manifests.scrubResume(resolved().live());
            outcomes.clear();
            each(ErasureProgress.Step.BYTES, segments, SegmentScrub::file, scrub -> {
                scrub.zero();
                if (scrub.hasOutcome() || begun.contains(scrub.file().name())) {
                    outcomes.add(scrub.outcome());
                }
            });
        });
    }

    /**
     * Takes erased episodes out of the journals. Does nothing if rows were chosen by sequence.
     *
     * @throws StorageException if a file cannot be changed
     */
    public void scrubJournals() {
        changing(() -> {
            List<PageScrub> pages = new ArrayList<>();
            for (SharedFile file : shared(JournalFiles.DIRECTORY, JournalFiles.SUFFIX)) {
                // The newest first, see PageScrub.
                pages.add(0, new PageScrub(files, superblock, file));
            }
            each(ErasureProgress.Step.JOURNALS, pages, PageScrub::file, PageScrub::scrub);
        });
    }

    /**
     * Tells the manifests of files that changed. From then on the snapshots can be opened again.
     *
     * @throws StorageException if a manifest cannot be written
     */
    public void scrubManifests() {
        changing(() -> {
            List<Container> snapshots = resolved().snapshots();
            int finished = 0;
            for (Container snapshot : snapshots) {
                Manifest manifest = Objects.requireNonNull(snapshot.manifest());
                manifests.scrub(snapshot, manifest);
                progress.finished(ErasureProgress.Step.MANIFESTS, ++finished, snapshots.size());
            }
        });
    }

    /**
     * Removes what processes that died left half made. Only while the memory is not in use.
     *
     * @throws StorageException if something cannot be removed
     */
    public void removeLeftovers() {
        changing(() -> {
            for (String part :
                    List.of(SegmentDescriptor.DIRECTORY, JournalFiles.DIRECTORY, IndexDescriptor.DIRECTORY)) {
                for (Path file : Resolver.filesIn(files, memory.resolve(part), Store.TEMPORARY_SUFFIX)) {
                    files.delete(file);
                }
            }
            for (Path each :
                    Resolver.filesIn(files, memory.resolve(ManifestDescriptor.DIRECTORY), Store.TEMPORARY_SUFFIX)) {
                DirectoryTree.discard(files, each);
            }
            DirectoryTree.discard(files, memory.resolve(ManifestDescriptor.RESTORE_DIRECTORY + Store.TEMPORARY_SUFFIX));
        });
    }

    /**
     * What was done to files of rows, for the record: after {@link #eraseRows} what is being done, after {@link
     * #zeroRows} what was.
     *
     * @return those in which something was to go
     */
    public List<FileOutcome> outcomes() {
        if (!outcomes.isEmpty()) {
            return List.copyOf(outcomes);
        }
        return segments.stream()
                .filter(SegmentScrub::hasOutcome)
                .map(SegmentScrub::intended)
                .toList();
    }

    /**
     * What holds, or may hold, something of what was erased and is not reached.
     *
     * @return in words, each with the file
     */
    public List<String> unreached() {
        return reading(() -> new Unreached(files, memory, selection)
                .list(resolved(), segments.stream().map(SegmentScrub::file).toList(), manifests.damaged()));
    }

    private Resolution resolved() {
        return Objects.requireNonNull(resolution, "resolve() comes first");
    }

    private List<SharedFile> shared(String part, String suffix) throws IOException {
        return SharedFile.of(files, memory, resolved().containers(), part, suffix);
    }

    /** What is done to a file. */
    private interface Work<T> {
        void on(T item) throws IOException;
    }

    /** Which file it is. */
    private interface FileOf<T> {
        SharedFile of(T item);
    }

    private <T> void each(ErasureProgress.Step step, List<T> items, FileOf<T> fileOf, Work<T> work) throws IOException {
        int finished = 0;
        for (T item : items) {
            SharedFile file = fileOf.of(item);
            if (file.isLive()) {
                guard.run(() -> {
                    // Two threads may make the same page or segment; the file of the slower one goes, unused.
                    if (files.kind(file.path()) != FileLayer.Kind.NOTHING) {
                        work.on(item);
                    }
                });
            } else {
                work.on(item);
            }
            progress.finished(step, ++finished, items.size());
        }
    }

    /** What is read. */
    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T reading(Reading<T> action) {
        try {
            return action.read();
        } catch (IOException e) {
            throw new StorageException("an erasure could not read a file: directory=" + memory + ": " + e, e);
        }
    }

    private void changing(SegmentGuard.Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new StorageException(
                    "an erasure could not change a file: directory=" + memory + ": " + e
                            + "; it is not finished: open the memory again to go on with it",
                    e);
        }
    }
}
