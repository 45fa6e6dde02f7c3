package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.ring.Tombstones;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether nothing is left of what an erasure erased, in all files of a memory and its snapshots, and whether what
 * stayed is what was there. Changes nothing; the memory may be in use, in this process or another one. For one thread.
 */
public final class ErasureCheck {
    private static final int TRIES = 100;

    private final FileLayer files;
    private final Path memory;
    private final ErasureRecord record;
    private final @Nullable String text;
    private final List<String> findings = new ArrayList<>();
    private final Set<KnownEpisode> known;
    private Set<String> erasedLater = Set.of();
    private int segments;
    private int pages;
    private long erasedRows;
    private int digests;

    /**
     * What was looked at, and what is wrong.
     *
     * @param findings in words, each with the file; nothing means that the erasure is proven
     * @param segments files of rows that were read
     * @param pages pages of journals that were read
     * @param erasedRows erased rows that were looked at, of this erasure and of others
     * @param digests files whose rows are the same that the record says
     */
    public record Result(List<String> findings, int segments, int pages, long erasedRows, int digests) {}

    /**
     * A check.
     *
     * @param files how files are reached
     * @param directory of the memory
     * @param record finished
     * @param text the stream, subject or tag, to be looked for in every byte; null if it is not known any more
     * @throws IllegalArgumentException if the record is pending, or the text is not what was erased
     */
    public ErasureCheck(FileLayer files, Path directory, ErasureRecord record, @Nullable String text) {
        if (record.isPending()) {
            throw new IllegalArgumentException("the erasure is not finished: request=" + record.request());
        }
        if (text != null && !Hashes.of(text).equals(record.what().hash())) {
            throw new IllegalArgumentException(
                    "the text is not what was erased: request=" + record.request() + ", SHA-256 of the text="
                            + Hashes.of(text) + ", expected=" + record.what().hash());
        }
        this.files = files;
        this.memory = directory;
        this.record = record;
        this.text = text;
        this.known = new HashSet<>(record.known());
    }

    /**
     * Looks. What the memory gives up meanwhile is not looked at.
     *
     * @return what was found
     * @throws StorageException if something cannot be read
     */
    public Result run() {
        try {
            Superblock superblock = Superblock.read(files, memory.resolve(SuperblockDescriptor.FILE_NAME));
            noteLaterErasures();
            List<Container> containers = containers(superblock);
            containers.forEach(this::checkBook);
            for (SharedFile file :
                    SharedFile.of(files, memory, containers, SegmentDescriptor.DIRECTORY, SegmentFiles.SUFFIX)) {
                unlessGone(file, path -> {
                    checkRows(file, path, superblock);
                    search(path);
                    segments++;
                });
            }
            for (SharedFile file :
                    SharedFile.of(files, memory, containers, JournalFiles.DIRECTORY, JournalFiles.SUFFIX)) {
                unlessGone(file, path -> {
                    searchUnlessStreamName(path);
                    pages++;
                });
            }
            checkTemporaries(superblock.geometry(), containers.get(0));
            checkDigests(superblock);
            return new Result(List.copyOf(findings), segments, pages, erasedRows, digests);
        } catch (IOException e) {
            throw new StorageException("an erasure cannot be checked: directory=" + memory + ": " + e, e);
        }
    }

    /** What is done with a file. */
    @FunctionalInterface
    private interface Look {
        void at(Path file) throws IOException;
    }

    /**
     * Looks at a file, whose name is never used again. While the memory is in use it may lose it: then its rows or
     * records are of no concern any more, and whatever was found may be of somebody who uses the file again.
     */
    private void unlessGone(Path file, Look look) throws IOException {
        int before = findings.size();
        try {
            look.at(file);
        } catch (IOException | RuntimeException e) {
            if (files.kind(file) != FileLayer.Kind.NOTHING) {
                throw e;
            }
        }
        if (files.kind(file) == FileLayer.Kind.NOTHING) {
            findings.subList(before, findings.size()).clear();
        }
    }

    /** Looks at a file under a name that it keeps. */
    private void unlessGone(SharedFile file, Look look) throws IOException {
        for (Path path : file.paths()) {
            unlessGone(path, look);
            if (files.kind(path) != FileLayer.Kind.NOTHING) {
                return;
            }
        }
    }

    /** What a directory's journal tells. Nothing if it has gone. A page goes only after others have what is needed. */
    private @Nullable EpisodeBook book(Path directory, Superblock superblock) throws IOException {
        for (int i = 1; ; i++) {
            try {
                return Resolver.book(files, directory, superblock);
            } catch (NoSuchFileException e) {
                if (files.kind(directory) == FileLayer.Kind.NOTHING) {
                    return null;
                } else if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Files that are no segments and pages yet, or any more, and snapshots that are not whole. */
    private void checkTemporaries(SegmentGeometry geometry, Container live) throws IOException {
        for (Path file : temporaries(memory.resolve(SegmentDescriptor.DIRECTORY))) {
            unlessGone(file, spare -> {
                checkSpare(spare, geometry, live);
                search(spare);
            });
        }
        for (Path file : temporaries(memory.resolve(JournalFiles.DIRECTORY))) {
            unlessGone(file, this::searchUnlessStreamName);
        }
        for (Path snapshot : temporaries(memory.resolve(ManifestDescriptor.DIRECTORY))) {
            for (String part : List.of(SegmentDescriptor.DIRECTORY, JournalFiles.DIRECTORY, "")) {
                for (Path file : Resolver.filesIn(files, snapshot.resolve(part), "")) {
                    if (files.kind(file) == FileLayer.Kind.FILE) {
                        unlessGone(file, this::searchUnlessStreamName);
                    }
                }
            }
        }
    }

    private List<Path> temporaries(Path directory) throws IOException {
        return Resolver.filesIn(files, directory, Store.TEMPORARY_SUFFIX);
    }

    /** Memory for segments to come holds what was there before, but nothing of what was erased. */
    private void checkSpare(Path file, SegmentGeometry geometry, Container live) throws IOException {
        Set<Long> erased = new HashSet<>();
        if (record.what().kind() != Selection.Kind.SEQUENCES) {
            known.forEach(each -> erased.add(each.episode()));
            // Since a snapshot was restored, a number may be that of another episode.
            live.book().entries().keySet().forEach(erased::remove);
        }
        FileLayer.@Nullable Mapping mapping = null;
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            if (open.length() < geometry.length()) {
                return;
            }
            mapping = open.mapForReading(geometry.length());
            for (int i = 0; i < geometry.rows(); i++) {
                long row = mapping.address() + SegmentGeometry.ROWS_OFFSET + (long) i * geometry.stride();
                long stamp = UnsafeApi.getLongVolatile(null, row);
                boolean isRow = Stamp.isPublished(stamp, Stamp.sequence(stamp));
                if (isRow && erased.contains(UnsafeApi.getLong(row + RowDescriptor.EPISODE_OFFSET))) {
                    tell(file, geometry, i, "memory to be used again has a row of an erased episode");
                }
            }
        } finally {
            if (mapping != null) {
                mapping.unmap();
            }
        }
    }

    /** The memory itself, and each snapshot. */
    private List<Container> containers(Superblock superblock) throws IOException {
        List<Container> containers = new ArrayList<>();
        containers.add(Container.whole(memory, Objects.requireNonNull(book(memory, superblock))));
        Path snapshots = memory.resolve(ManifestDescriptor.DIRECTORY);
        if (files.kind(snapshots) == FileLayer.Kind.DIRECTORY) {
            for (Path each : files.list(snapshots)) {
                boolean whole = !String.valueOf(each.getFileName()).endsWith(Store.TEMPORARY_SUFFIX);
                EpisodeBook book = whole ? book(each, superblock) : null;
                if (book != null) {
                    containers.add(Container.whole(each, book));
                    Path manifest = each.resolve(ManifestDescriptor.FILE_NAME);
                    unlessGone(manifest, this::search);
                }
            }
        }
        Path resume = memory.resolve(ManifestDescriptor.RESUME_DIRECTORY).resolve(ManifestDescriptor.FILE_NAME);
        if (files.kind(resume) == FileLayer.Kind.FILE) {
            unlessGone(resume, this::search);
        }
        return containers;
    }

    /** Rows that stayed then may have gone since. */
    private void noteLaterErasures() {
        erasedLater = new HashSet<>();
        for (ErasureRecord other : new ErasureShelf(files, memory).all()) {
            boolean later = other.isPending() || other.finished() >= record.finished();
            if (later && !other.request().equals(record.request())) {
                other.files().forEach(file -> erasedLater.add(file.path()));
            }
        }
    }

    private void checkBook(Container container) {
        for (Map.Entry<Long, EpisodeBook.Entry> each :
                container.book().entries().entrySet()) {
            EpisodeBook.Begin begin = each.getValue().begin();
            if (begin != null && isLeft(container, each.getKey(), begin)) {
                findings.add("the journal still has an episode: directory="
                        + container.directory().resolve(JournalFiles.DIRECTORY) + ", episode=" + each.getKey());
            }
        }
    }

    private boolean isLeft(Container container, long episode, EpisodeBook.Begin begin) {
        // What began after the request is another one; snapshots of later than that have it, too.
        boolean ofNumber = record.nextEpisode() == LiveWindow.NOT_KNOWN || episode < record.nextEpisode();
        boolean ofTime = !container.directory().equals(memory) && begin.begun() <= record.requested();
        boolean old = ofTime || (ofNumber && begin.begun() <= record.finished());
        if (record.what().kind() != Selection.Kind.SEQUENCES && known.contains(KnownEpisode.of(episode, begin))) {
            // Whatever the clock said.
            return true;
        }
        String hash = record.what().hash();
        return switch (record.what().kind()) {
            case STREAM -> old && isHash(container.streams().get(begin.stream()), hash);
            case SUBJECT -> old && isHash(begin.label().subject(), hash);
            case TAG -> old && begin.label().tags().stream().anyMatch(tag -> isHash(tag, hash));
            case EPISODES, SEQUENCES -> false;
        };
    }

    private static boolean isHash(@Nullable String found, String hash) {
        return found != null && Hashes.of(found).equals(hash);
    }

    /** Erased is what has its mark, or the stamp; neither may be without the other, nor with bytes. */
    private void checkRows(SharedFile file, Path path, Superblock superblock) throws IOException {
        SegmentGeometry geometry = superblock.geometry();
        // All rows of such a file were looked at, and none was added since.
        boolean settled = file.isComplete()
                && record.files().stream()
                        .anyMatch(each -> each.isFinal() && each.path().equals(file.name()));
        try (StoredSegment segment = StoredSegment.openForReading(files, path, superblock)) {
            long sequence = geometry.firstSequence(segment.header().ordinal());
            for (int i = 0; i < geometry.rows(); i++, sequence++) {
                long address = segment.row(i);
                long stamp = UnsafeApi.getLongVolatile(null, address);
                boolean marked = Tombstones.isSet(segment.address(), geometry, i);
                if (marked || stamp == Stamp.of(sequence, Stamp.ERASED)) {
                    erasedRows++;
                    String problem = problem(stamp, sequence, marked);
                    if (problem == null && !isZero(address, geometry)) {
                        problem = "an erased row has bytes";
                    }
                    tell(path, geometry, i, problem);
                } else if (settled && Stamp.isPublished(stamp, sequence)) {
                    long episode = UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET);
                    tell(path, geometry, i, isKnown(file, episode) ? null : "no journal has the row's episode");
                }
            }
        }
    }

    private static @Nullable String problem(long stamp, long sequence, boolean marked) {
        if (stamp != Stamp.of(sequence, Stamp.ERASED)) {
            return "an erased row can be read, stamp=" + Long.toHexString(stamp);
        }
        return marked ? null : "an erased row has no tombstone";
    }

    private static boolean isKnown(SharedFile file, long episode) {
        for (Container each : file.holders()) {
            EpisodeBook.Entry entry = each.book().entries().get(episode);
            if (entry != null && entry.begin() != null) {
                return true;
            }
        }
        return false;
    }

    private void tell(Path file, SegmentGeometry geometry, int row, @Nullable String problem) {
        if (problem == null) {
            return;
        }
        long offset = SegmentGeometry.ROWS_OFFSET + (long) row * geometry.stride();
        findings.add(problem + ": file=" + file + ", offset=" + offset);
    }

    private static boolean isZero(long row, SegmentGeometry geometry) {
        for (int at = Long.BYTES; at < geometry.stride(); at += Long.BYTES) {
            if (UnsafeApi.getLong(row + at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Rows that stayed are the same, in files that nothing else changes. */
    private void checkDigests(Superblock superblock) throws IOException {
        for (FileOutcome outcome : record.files()) {
            Path file = memory.resolve(outcome.path());
            boolean same = outcome.before().equals(outcome.after());
            // It lost its name after an erasure was interrupted, and nothing could be compared any more.
            boolean gone = outcome.after().isEmpty() && files.kind(file) == FileLayer.Kind.NOTHING;
            if (!same && !gone) {
                findings.add("the record says that rows changed that were to stay: file=" + file);
            } else if (same
                    && outcome.isFinal()
                    && !erasedLater.contains(outcome.path())
                    && files.kind(file) == FileLayer.Kind.FILE) {
                unlessGone(file, path -> {
                    try (StoredSegment segment = StoredSegment.openForReading(files, path, superblock)) {
                        checkDigest(path, segment, superblock.geometry(), outcome);
                    }
                });
            }
        }
    }

    private void checkDigest(Path file, StoredSegment segment, SegmentGeometry geometry, FileOutcome outcome) {
        BitSet published = new BitSet();
        long first = geometry.firstSequence(segment.header().ordinal());
        for (int i = 0; i < geometry.rows(); i++) {
            published.set(i, Stamp.isPublished(UnsafeApi.getLongVolatile(null, segment.row(i)), first + i));
        }
        Survivors survivors = new Survivors(geometry, published);
        String digest = survivors.digest(segment);
        if (survivors.count() != outcome.survivors() || !digest.equals(outcome.after())) {
            findings.add("rows that stayed are not those that were there: file=" + file + ", rows=" + survivors.count()
                    + ", SHA-256=" + digest + ", expected rows=" + outcome.survivors() + ", SHA-256="
                    + outcome.after());
        } else {
            digests++;
        }
    }

    private void searchUnlessStreamName(Path file) throws IOException {
        if (record.what().kind() != Selection.Kind.STREAM) {
            search(file);
        }
    }

    /** The text itself must not be there, wherever it stands. */
    private void search(Path file) throws IOException {
        if (text != null) {
            long at = new ByteSearch(files, text.getBytes(StandardCharsets.UTF_8)).find(file);
            if (at >= 0) {
                findings.add("the text that was erased is there still: file=" + file + ", offset=" + at);
            }
        }
    }
}
