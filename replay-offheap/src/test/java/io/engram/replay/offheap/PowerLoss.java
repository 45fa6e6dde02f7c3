package io.engram.replay.offheap;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Knows what of a directory is durable, and makes what a power loss could leave. Names change in order, as in file
 * systems with a journal: some prefix of the changes is there, at least up to the last one that a sync covered. Of
 * bytes, each page is as it was at its last sync, or as it is now; a file never synced may have any length.
 */
final class PowerLoss implements WatchedFiles.Watch {
    private static final int PAGE = 4096;

    private final Path root;
    private final List<Change> changes = new ArrayList<>();
    private final Map<Path, Inode> names = new TreeMap<>();
    private final Map<Path, Inode> opened = new HashMap<>();
    private int durableChanges;

    /** A name that a file got, or lost. */
    private record Change(Path name, Inode inode, boolean added) {}

    /** A file whatever its name. */
    private static final class Inode {
        private byte[] durable = new byte[0];
        private boolean synced;
        private int lastChange;
    }

    PowerLoss(Path root) {
        this.root = root;
    }

    @Override
    public void after(Operation operation) throws IOException {
        Path path = operation.path();
        switch (operation.kind()) {
            case CREATE -> add(path, new Inode());
            case OPEN -> opened.put(path, names.get(path));
            case RENAME -> {
                Inode inode = names.get(path);
                remove(path);
                add(operation.to(), inode);
            }
            case DELETE -> remove(path);
            case SYNC -> sync(path, 0, Integer.MAX_VALUE);
            case FORCE -> sync(path, operation.offset(), operation.length());
            case SYNC_DIRECTORY -> durableChanges = changes.size();
            default -> {
                // Changes nothing that lasts, or only bytes.
            }
        }
    }

    /** What could be there after a power loss now. */
    DirectoryImage image(SplitMix64 random) throws IOException {
        int there = durableChanges + random.nextInt(changes.size() - durableChanges + 1);
        Map<Path, Inode> survivors = new TreeMap<>();
        for (Change change : changes.subList(0, there)) {
            if (change.added()) {
                survivors.put(change.name(), change.inode());
            } else {
                survivors.remove(change.name());
            }
        }
        Map<String, String> entries =
                new TreeMap<>(Map.of("", "directory", "segments", "directory", "journal", "directory"));
        Map<String, byte[]> files = new TreeMap<>();
        for (Map.Entry<Path, Inode> survivor : survivors.entrySet()) {
            String name = root.relativize(survivor.getKey()).toString();
            entries.put(name, "file");
            files.put(name, bytes(survivor.getValue(), random));
        }
        return new DirectoryImage(entries, files);
    }

    private byte[] bytes(Inode inode, SplitMix64 random) throws IOException {
        byte[] now = current(inode);
        if (now == null) {
            // Its last name was removed since: of what was not synced nothing is known any more.
            return inode.durable.clone();
        }
        int length = now.length;
        if (!inode.synced) {
            length = new int[] {0, Math.min(length, PAGE * random.nextInt(4)), length}[random.nextInt(3)];
        }
        byte[] left = Arrays.copyOf(inode.durable, length);
        for (int at = 0; at < length; at += PAGE) {
            if (random.nextInt(2) == 0) {
                System.arraycopy(now, at, left, at, Math.min(PAGE, length - at));
            }
        }
        return left;
    }

    private void add(Path path, Inode inode) {
        names.put(path, inode);
        opened.put(path, inode);
        change(new Change(path, inode, true));
    }

    private void remove(Path path) {
        Inode inode = names.remove(path);
        if (inode != null) {
            change(new Change(path, inode, false));
        }
    }

    private void change(Change change) {
        changes.add(change);
        change.inode().lastChange = changes.size();
    }

    private void sync(Path openedAs, int offset, int length) throws IOException {
        Inode inode = opened.get(openedAs);
        byte[] now = current(inode);
        if (now != null) {
            int end = (int) Math.min(now.length, (long) offset + length);
            inode.durable = Arrays.copyOf(inode.durable, now.length);
            System.arraycopy(now, offset, inode.durable, offset, end - offset);
            inode.synced = true;
            durableChanges = Math.max(durableChanges, inode.lastChange);
        }
    }

    private byte[] current(Inode inode) throws IOException {
        for (Map.Entry<Path, Inode> name : names.entrySet()) {
            if (name.getValue() == inode) {
                return Files.readAllBytes(name.getKey());
            }
        }
        return null;
    }
}
