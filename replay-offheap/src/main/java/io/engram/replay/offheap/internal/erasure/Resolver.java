package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out what a selection means: reads the journals of a memory and of all its snapshots. For one thread, once. */
final class Resolver {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    private final FileLayer files;
    private final Path memory;
    private final Superblock superblock;
    private final Selection selection;
    private final LiveWindow window;
    /** When, in milliseconds since 1970 UTC. */
    private final long requested;

    private final Set<KnownEpisode> known;
    private final Set<Long> numbers;
    /** Rows before the range that hold a state of it, and their episodes. */
    private final Map<Long, Long> predecessors = new HashMap<>();

    /** {@code known}: from an earlier run; empty without one. */
    Resolver(FileLayer files, Path memory, Superblock superblock, Target target) {
        this.files = files;
        this.memory = memory;
        this.superblock = superblock;
        this.selection = target.selection();
        this.window = target.window();
        this.requested = target.requested();
        this.known = new HashSet<>(target.known());
        this.numbers = new HashSet<>(selection.episodes());
    }

    /** What is to be erased, and from what. */
    record Target(Selection selection, LiveWindow window, List<KnownEpisode> known, long requested) {}

    Resolution resolve() throws IOException {
        Container live = new Container(memory, window, book(memory), null, selection);
        List<Container> snapshots = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        Path directory = memory.resolve(ManifestDescriptor.DIRECTORY);
        if (files.kind(directory) == FileLayer.Kind.DIRECTORY) {
            for (Path each : files.list(directory)) {
                if (!String.valueOf(each.getFileName()).endsWith(Store.TEMPORARY_SUFFIX)) {
                    try {
                        snapshots.add(snapshot(each));
                    } catch (IOException | StorageException e) {
                        // Nothing can be opened of it either; the certificate names it.
                        LOG.warn("a snapshot cannot be read, and nothing is erased in it: {}", e.getMessage());
                        unreadable.add(String.valueOf(each.getFileName()));
                    }
                }
            }
        }
        boolean again = !known.isEmpty();
        Set<KnownEpisode> meant = new HashSet<>(known);
        doom(live, live, again, meant);
        for (Container each : snapshots) {
            doom(each, live, again, meant);
        }
        addPredecessors(live, snapshots);
        return new Resolution(
                live,
                snapshots,
                meant.stream()
                        .sorted((a, b) -> a.episode() == b.episode()
                                ? Long.compare(a.identity(), b.identity())
                                : Long.compare(a.episode(), b.episode()))
                        .toList(),
                unreadable);
    }

    private Container snapshot(Path directory) throws IOException {
        Manifest manifest = ManifestCodec.read(files, directory.resolve(ManifestDescriptor.FILE_NAME));
        Manifest.Cut cut = manifest.cut();
        LiveWindow rows = new LiveWindow(cut.tail(), cut.head(), cut.nextEpisode());
        return new Container(directory, rows, book(directory), manifest, selection);
    }

    private EpisodeBook book(Path container) throws IOException {
        return book(files, container, superblock);
    }

    /** What the journal of a container says. */
    static EpisodeBook book(FileLayer files, Path container, Superblock superblock) throws IOException {
        EpisodeBook book = new EpisodeBook();
        PageReader reader = new PageReader(superblock.memoryId());
        for (Path file : filesIn(files, container.resolve(JournalFiles.DIRECTORY), JournalFiles.SUFFIX)) {
            try (StoredPage stored = StoredPage.open(files, file, superblock)) {
                reader.read(stored.page(), stored.length(), book);
            }
        }
        return book;
    }

    private void doom(Container container, Container live, boolean again, Set<KnownEpisode> meant) throws IOException {
        boolean byNumber = selection.kind() == Selection.Kind.EPISODES;
        boolean bySequence = selection.kind() == Selection.Kind.SEQUENCES;
        for (Map.Entry<Long, EpisodeBook.Entry> each :
                container.book().entries().entrySet()) {
            long episode = each.getKey();
            EpisodeBook.Begin begin = each.getValue().begin();
            if (begin == null) {
                // None of its rows is held.
                continue;
            }
            if (bySequence) {
                if (!isMeant(episode, begin, live, again)) {
                    container.setStranger(episode);
                }
            } else if (byNumber) {
                if (numbers.contains(episode) && isMeant(episode, begin, live, again)) {
                    container.doom(episode, each.getValue());
                    meant.add(KnownEpisode.of(episode, begin));
                }
            } else if (matches(container, begin) && isOld(container, episode, begin)) {
                container.doom(episode, each.getValue());
                meant.add(KnownEpisode.of(episode, begin));
            }
        }
        if (!bySequence) {
            doomForgotten(container);
        }
        if (bySequence) {
            readRange(container, meant);
        }
    }

    /**
     * What was found out before, and the journal tells of no more: in a page that it shares with another memory of the
     * lineage, who has erased it there already. An episode of its own with the same number would be in the journal.
     */
    private void doomForgotten(Container container) {
        for (KnownEpisode each : known) {
            EpisodeBook.Entry entry = container.book().entries().get(each.episode());
            // What the container has not come to yet it will give to other episodes.
            if (each.episode() < container.nextEpisode() && (entry == null || entry.begin() == null)) {
                container.doom(each.episode(), entry == null ? new EpisodeBook.Entry() : entry);
            }
        }
    }

    /**
     * What began since is not meant, also where a snapshot was taken since. A snapshot from before a restore can have
     * greater numbers than the memory, of episodes that began before.
     */
    private boolean isOld(Container container, long episode, EpisodeBook.Begin begin) {
        return episode < window.nextEpisode() || (!container.isLive() && begin.begun() < requested);
    }

    private boolean matches(Container container, EpisodeBook.Begin begin) {
        return switch (selection.kind()) {
            case STREAM -> selection.text().equals(container.book().streams().get(begin.stream()));
            case SUBJECT -> selection.text().equals(begin.label().subject());
            case TAG -> begin.label().tags().contains(selection.text());
            case EPISODES, SEQUENCES -> false;
        };
    }

    /**
     * Whether an episode is the one that its number stands for: the memory's own. If the memory has forgotten it, there
     * is nothing to compare with, and what has the number is taken for it.
     */
    private boolean isMeant(long episode, EpisodeBook.Begin begin, Container live, boolean again) {
        KnownEpisode found = KnownEpisode.of(episode, begin);
        if (again) {
            return known.contains(found);
        }
        EpisodeBook.Entry own = live.book().entries().get(episode);
        EpisodeBook.Begin ownBegin = own == null ? null : own.begin();
        return episode < window.nextEpisode()
                && (ownBegin == null || KnownEpisode.of(episode, ownBegin).equals(found));
    }

    /** Which episodes have rows in the range, and which rows before it hold a state of it. */
    private void readRange(Container container, Set<KnownEpisode> meant) throws IOException {
        SegmentGeometry geometry = superblock.geometry();
        boolean chained = superblock.schema().rowLayout() == RowLayout.SELF_CONTAINED;
        for (Path file :
                filesIn(files, container.directory().resolve(SegmentDescriptor.DIRECTORY), SegmentFiles.SUFFIX)) {
            try (StoredSegment segment = StoredSegment.openForReading(files, file, superblock)) {
                long first = geometry.firstSequence(segment.header().ordinal());
                long end = Math.min(selection.to(), Math.min(container.head(), first + geometry.rows()));
                for (long sequence = Math.max(first, selection.from()); sequence < end; sequence++) {
                    long row = segment.row(sequence - first);
                    if (Stamp.isPublished(UnsafeApi.getLongVolatile(null, row), sequence)
                            || UnsafeApi.getLong(row) == Stamp.of(sequence, Stamp.ERASED)) {
                        readRow(container, sequence, row, chained, meant);
                    }
                }
            }
        }
    }

    private void readRow(Container container, long sequence, long row, boolean chained, Set<KnownEpisode> meant) {
        long episode = UnsafeApi.getLong(row + RowDescriptor.EPISODE_OFFSET);
        if (!container.dooms(sequence, episode)) {
            return;
        }
        EpisodeBook.@Nullable Entry entry = container.book().entries().get(episode);
        EpisodeBook.Begin begin = entry == null ? null : entry.begin();
        if (begin != null) {
            meant.add(KnownEpisode.of(episode, begin));
        }
        int back = UnsafeApi.getInt(row + RowDescriptor.BACK_OFFSET);
        // One that is too far away to say where left the window long ago.
        if (chained && back > 0 && back < RowDescriptor.BACK_TOO_FAR && sequence - back < selection.from()) {
            predecessors.put(sequence - back, episode);
        }
    }

    /** A snapshot may end with such a row, and not have the row behind it that tells. */
    private void addPredecessors(Container live, List<Container> snapshots) {
        predecessors.forEach((sequence, episode) -> {
            live.addPredecessor(sequence, episode);
            snapshots.forEach(each -> each.addPredecessor(sequence, episode));
        });
    }

    /** The files of a part of a container, by name. */
    static List<Path> filesIn(FileLayer files, Path part, String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        if (files.kind(part) == FileLayer.Kind.DIRECTORY) {
            for (Path file : files.list(part)) {
                if (String.valueOf(file.getFileName()).endsWith(suffix)) {
                    found.add(file);
                }
            }
        }
        return found;
    }
}
