package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.store.Manifest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A place with rows and a journal of its own, the memory itself or one of its snapshots: which rows it has, and which
 * of them are meant. Numbers of episodes and rows are its own: after a restore the same ones are given again.
 */
public final class Container {
    private final String name;
    private final Path directory;
    private final long tail;
    private final long head;
    private final long nextEpisode;
    private final EpisodeBook book;
    private final @Nullable Manifest manifest;
    private final Selection selection;
    private final Map<Long, EpisodeBook.Entry> doomed = new TreeMap<>();
    private final LongHashSet numbers = new LongHashSet();
    private final LongHashSet strangers = new LongHashSet();
    private final LongHashSet predecessors = new LongHashSet();
    private Set<String> privatePaths = Set.of();

    /** {@code manifest}: that of a snapshot, null for the memory itself. */
    Container(Path directory, LiveWindow window, EpisodeBook book, @Nullable Manifest manifest, Selection selection) {
        this.name = manifest == null ? "" : manifest.identity().name();
        this.directory = directory;
        this.tail = window.tail();
        this.head = window.head();
        this.nextEpisode = window.nextEpisode();
        this.book = book;
        this.manifest = manifest;
        this.selection = selection;
        if (manifest != null) {
            privatePaths = new HashSet<>();
            manifest.files().stream().filter(Manifest.Entry::isPrivate).forEach(each -> privatePaths.add(each.path()));
        }
    }

    /** To be looked at, with everything that it has. */
    static Container whole(Path directory, EpisodeBook book) {
        LiveWindow all = new LiveWindow(0, Long.MAX_VALUE, Long.MAX_VALUE);
        return new Container(directory, all, book, null, Selection.ofSequences(0, 1));
    }

    /**
     * Which snapshot.
     *
     * @return its name; empty for the memory itself
     */
    public String name() {
        return name;
    }

    /**
     * Where it is.
     *
     * @return its directory
     */
    public Path directory() {
        return directory;
    }

    /**
     * Whether it is the memory itself.
     *
     * @return false for a snapshot
     */
    public boolean isLive() {
        return manifest == null;
    }

    /**
     * The episodes that are erased whole.
     *
     * @return what its journal says of them, by number; empty if rows are chosen by sequence
     */
    public Map<Long, EpisodeBook.Entry> episodes() {
        return doomed;
    }

    /**
     * The names of its streams.
     *
     * @return by number
     */
    public Map<Integer, String> streams() {
        return book.streams();
    }

    /**
     * Whether a row is to be erased.
     *
     * @param sequence the row
     * @param episode the number in the row
     * @return true if so; rows that have left the window are not asked about
     */
    public boolean dooms(long sequence, long episode) {
        if (selection.kind() != Selection.Kind.SEQUENCES) {
            return numbers.contains(episode);
        }
        boolean inRange = sequence >= selection.from() && sequence < selection.to();
        return (inRange && !strangers.contains(episode)) || predecessors.contains(sequence);
    }

    /**
     * Rows before the range that hold the state of its first row as their next state.
     *
     * @return their sequences; empty unless rows are self-contained and chosen by sequence
     */
    public List<Long> predecessors() {
        return predecessors.stream().sorted().toList();
    }

    EpisodeBook book() {
        return book;
    }

    @Nullable
    Manifest manifest() {
        return manifest;
    }

    long head() {
        return head;
    }

    /** The number of its next episode, as far as it is meant. */
    long nextEpisode() {
        return nextEpisode;
    }

    /** Whether a row is in the window. */
    boolean holds(long sequence) {
        return sequence >= tail && sequence < head;
    }

    /** Whether the file was made for this snapshot, so that its checksum is in the manifest. */
    boolean isPrivate(Path file) {
        return privatePaths.contains(directory.relativize(file).toString().replace('\\', '/'));
    }

    void doom(long episode, EpisodeBook.Entry entry) {
        doomed.put(episode, entry);
        numbers.add(episode);
    }

    /** An episode of this number is another one than the one that is meant. */
    void setStranger(long episode) {
        strangers.add(episode);
    }

    /** Unless the number is another episode's here. */
    void addPredecessor(long sequence, long episode) {
        if (!strangers.contains(episode)) {
            predecessors.add(sequence);
        }
    }
}
