package io.engram.replay.offheap;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.store.DirectoryLock;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.agrona.UnsafeApi;

/**
 * A file system in memory that knows what of it is on the disk, so that power losses, full disks and failures can be
 * tried by the hundred thousand. Operations do what {@link io.engram.replay.offheap.internal.store.NioFileLayer} does,
 * with the same exceptions; somebody can look on, who may throw, and sees every write in two halves.
 *
 * <p><b>What a power loss leaves</b> ({@link #cut}):
 * <ul>
 *   <li>Names change in order, as in file systems with a journal: of the changes in each directory some prefix is
 *       there, at least through the last one that a sync of the directory covered. So a sync of a file may have made
 *       its name durable, or not. A file renamed to another directory is in one of the two, never in both or none: the
 *       prefixes agree on it, and a sync of either directory covers both. A directory that was removed had been emptied
 *       before. Apart from that directories know nothing of each other; in particular a sync of what is in a directory
 *       does not keep its own name.
 *   <li>Each page of 4096 bytes that was not synced since it last changed is as it was on the disk, as it is now, or
 *       torn: any mix of the two in units of 512 bytes. {@link #writeBack} puts some pages on the disk unasked, as
 *       kernels do at any moment, so that what is on the disk can be of any age and order.
 *   <li>A file that was never synced has any length; one whose length changed since its last sync has the old or the
 *       new one. Syncing any part of a file makes its length durable.
 * </ul>
 *
 * <p>Mappings of a file are the block that it lies in, which stays valid until the simulation is closed: use of an
 * ended mapping by its bare address is not caught; asking it for anything throws, and {@link #mappings} counts those
 * never ended. A mapped file cannot grow.
 */
final class SimulatedFiles implements FileLayer, AutoCloseable {
    private final SimulatedDirectory root = new SimulatedDirectory();
    private final List<SimulatedInode> inodes = new ArrayList<>();
    private final List<Long> copies = new ArrayList<>();
    private final Map<Path, Semaphore> turns = new HashMap<>();
    private final Set<SimulatedDirectory> locked = new HashSet<>();
    private WatchedFiles.Watch watch = new WatchedFiles.Watch() {};
    private long room = Long.MAX_VALUE / 2;
    private int mappings;

    /** What an operation does. */
    interface Action {
        void run() throws IOException;
    }

    /** What power losses did to pages. */
    static final class Losses {
        long lost;
        long torn;
    }

    /** From now on somebody looks on. */
    SimulatedFiles watchedBy(WatchedFiles.Watch newWatch) {
        watch = newWatch;
        return this;
    }

    /** From now on so many bytes are free, in whole pages; removed files give theirs back. */
    SimulatedFiles withRoom(long bytes) {
        room = bytes;
        return this;
    }

    /** How many mappings there are. */
    synchronized int mappings() {
        return mappings;
    }

    void run(Operation operation, Action action) throws IOException {
        watch.before(operation);
        synchronized (this) {
            action.run();
        }
        watch.after(operation);
    }

    private void run(WatchedFiles.Kind kind, Path path, Action action) throws IOException {
        run(new Operation(kind, path), action);
    }

    /** What a power loss now could leave on the disk. */
    synchronized SimulatedFiles cut(SplitMix64 random, Losses losses) {
        // In the order of the tree, so that a seed gives the same loss again.
        Map<SimulatedDirectory, Integer> kept = new LinkedHashMap<>();
        root.collect(kept);
        kept.replaceAll((directory, none) -> {
            int most = random.nextInt(3) == 0 ? 0 : directory.pendingChanges();
            return random.nextInt(2) == 0 ? most : random.nextInt(most + 1);
        });
        SimulatedDirectory.close(kept);
        SimulatedFiles left = new SimulatedFiles();
        Map<SimulatedInode, SimulatedInode> survivors = new HashMap<>();
        left.fill(left.root, root, directory -> directory.names(kept.get(directory)), inode -> {
            if (!survivors.containsKey(inode)) {
                survivors.put(inode, inode.cut(random, losses));
                left.inodes.add(survivors.get(inode));
            }
            return survivors.get(inode);
        });
        return left;
    }

    /** What a process leaves that is killed now: everything as it is, and no locks. */
    synchronized SimulatedFiles copy() {
        SimulatedFiles copy = new SimulatedFiles();
        Map<SimulatedInode, SimulatedInode> copied = new HashMap<>();
        copy.fill(
                copy.root,
                root,
                SimulatedDirectory::names,
                inode -> copied.computeIfAbsent(inode, each -> {
                    SimulatedInode made = each.copy();
                    copy.inodes.add(made);
                    return made;
                }));
        return copy;
    }

    private void fill(
            SimulatedDirectory target,
            SimulatedDirectory source,
            Function<SimulatedDirectory, Map<String, SimulatedNode>> names,
            UnaryOperator<SimulatedInode> files) {
        names.apply(source).forEach((name, node) -> {
            if (node instanceof SimulatedDirectory directory) {
                SimulatedDirectory made = new SimulatedDirectory();
                target.add(name, made);
                fill(made, directory, names, files);
            } else {
                SimulatedInode made = files.apply((SimulatedInode) node);
                made.addLink();
                target.add(name, made);
            }
        });
        target.settle();
    }

    /** Puts some pages on the disk. */
    synchronized void writeBack(SplitMix64 random) {
        for (int i = inodes.isEmpty() ? 0 : random.nextInt(4); i > 0; i--) {
            inodes.get(random.nextInt(inodes.size())).writeBack(random);
        }
    }

    /** Makes everything durable. */
    synchronized SimulatedFiles settle() {
        Map<SimulatedDirectory, Integer> all = new HashMap<>();
        root.collect(all);
        all.keySet().forEach(SimulatedDirectory::settle);
        inodes.forEach(inode -> inode.sync(0, inode.length()));
        return this;
    }

    /** Every file by its path from the directory, and each directory with null. */
    synchronized TreeMap<String, byte[]> contents(Path directory) {
        TreeMap<String, byte[]> contents = new TreeMap<>();
        if (find(directory) instanceof SimulatedDirectory found) {
            collect("", found, contents);
        }
        return contents;
    }

    private static void collect(String prefix, SimulatedDirectory directory, Map<String, byte[]> contents) {
        directory.names().forEach((name, node) -> {
            if (node instanceof SimulatedDirectory child) {
                contents.put(prefix + name, null);
                collect(prefix + name + "/", child, contents);
            } else {
                contents.put(prefix + name, ((SimulatedInode) node).bytes());
            }
        });
    }

    /** Puts a file there, durable, whatever was there before. */
    synchronized void put(Path path, byte[] bytes) {
        try {
            createParents(path.getParent());
            SimulatedDirectory parent = parent(path);
            if (parent.names().get(name(path)) instanceof SimulatedInode old) {
                parent.remove(name(path));
                old.removeLink();
            }
            SimulatedInode made = new SimulatedInode();
            inodes.add(made);
            made.addLink();
            made.write(ByteBuffer.wrap(bytes), 0, Long.MAX_VALUE);
            parent.add(name(path), made);
            made.sync(0, made.length());
            parent.sync();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void write(SimulatedInode inode, ByteBuffer source, long position) throws IOException {
        long before = inode.room();
        try {
            inode.write(source, position, room);
        } finally {
            room -= inode.room() - before;
        }
    }

    synchronized void countMapping(int more) {
        mappings += more;
    }

    synchronized long copyOf(long address, long length) {
        long copy = UnsafeApi.allocateMemory(length);
        copies.add(copy);
        UnsafeApi.copyMemory(address, copy, length);
        return copy;
    }

    /** The process that has locks and mappings is killed: they are gone, and of the files nothing changes. */
    synchronized void kill() {
        locked.clear();
        mappings = 0;
    }

    /** Ends the simulation: no block may be used any more. */
    @Override
    public synchronized void close() {
        inodes.forEach(SimulatedInode::free);
        copies.forEach(UnsafeApi::freeMemory);
        copies.clear();
    }

    private static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    /** What has a name, or null. */
    private SimulatedNode find(Path path) {
        SimulatedNode at = root;
        for (Path name : path.toAbsolutePath().normalize()) {
            if (!(at instanceof SimulatedDirectory directory)) {
                return null;
            }
            at = directory.names().get(name.toString());
        }
        return at;
    }

    private SimulatedDirectory parent(Path path) throws IOException {
        SimulatedNode at = root;
        for (Path name : path.toAbsolutePath().normalize().getParent()) {
            at = at instanceof SimulatedDirectory directory ? directory.names().get(name.toString()) : at;
            if (at == null) {
                throw new NoSuchFileException(path.toString());
            }
        }
        if (at instanceof SimulatedDirectory directory) {
            return directory;
        }
        throw new FileSystemException(path.toString(), null, "Not a directory");
    }

    private SimulatedNode existing(Path path) throws IOException {
        SimulatedNode node =
                path.getNameCount() == 0 ? root : parent(path).names().get(name(path));
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    @Override
    public OpenFile create(Path path) throws IOException {
        SimulatedInode made = new SimulatedInode();
        run(WatchedFiles.Kind.CREATE, path, () -> {
            SimulatedDirectory parent = parent(path);
            if (parent.names().containsKey(name(path))) {
                throw new FileAlreadyExistsException(path.toString());
            }
            if (room <= 0) {
                throw new IOException("No space left on device");
            }
            inodes.add(made);
            made.addLink();
            parent.add(name(path), made);
        });
        return new SimulatedFile(this, made, path, true);
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        return open(path, true);
    }

    @Override
    public OpenFile openForReading(Path path) throws IOException {
        return open(path, false);
    }

    private OpenFile open(Path path, boolean writable) throws IOException {
        SimulatedInode[] found = new SimulatedInode[1];
        run(WatchedFiles.Kind.OPEN, path, () -> {
            if (!(existing(path) instanceof SimulatedInode inode)) {
                throw new ForeignFileException("not a file of an Engram memory: file=" + path
                        + ", found a directory, expected a regular file; move it away");
            }
            found[0] = inode;
        });
        return new SimulatedFile(this, found[0], path, writable);
    }

    @Override
    public synchronized Kind kind(Path path) {
        SimulatedNode node = find(path);
        return node == null ? Kind.NOTHING : node instanceof SimulatedInode ? Kind.FILE : Kind.DIRECTORY;
    }

    @Override
    public boolean isDirectory(Path path) {
        return kind(path) == Kind.DIRECTORY;
    }

    @Override
    public synchronized Semaphore turn(Path directory) {
        return turns.computeIfAbsent(directory, each -> new Semaphore(1, true));
    }

    @Override
    public synchronized Lock lock(Path path) {
        if (!(find(path) instanceof SimulatedDirectory directory)) {
            throw new StorageException("the directory cannot be locked: directory=" + path);
        }
        if (directory.names().get(DirectoryLock.FILE_NAME) instanceof SimulatedDirectory) {
            throw new StorageException("the lock is not a regular file: file=" + path + "; remove it");
        }
        if (!locked.add(directory)) {
            throw new StoreLockedException("the memory is open already in this process: directory=" + path);
        }
        if (!directory.names().containsKey(DirectoryLock.FILE_NAME)) {
            SimulatedInode made = new SimulatedInode();
            inodes.add(made);
            made.addLink();
            directory.add(DirectoryLock.FILE_NAME, made);
        }
        return () -> {
            synchronized (this) {
                locked.remove(directory);
            }
        };
    }

    @Override
    public void createDirectories(Path path) throws IOException {
        run(WatchedFiles.Kind.CREATE_DIRECTORIES, path, () -> createParents(path));
    }

    private void createParents(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        SimulatedDirectory at = root;
        Path reached = absolute.getRoot();
        for (Path name : absolute) {
            reached = reached.resolve(name);
            SimulatedNode next = at.names().get(name.toString());
            if (next instanceof SimulatedInode) {
                throw reached.equals(absolute)
                        ? new FileAlreadyExistsException(path.toString())
                        : new FileSystemException(path.toString(), null, "Not a directory");
            }
            if (next == null) {
                next = new SimulatedDirectory();
                at.add(name.toString(), next);
            }
            at = (SimulatedDirectory) next;
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        run(WatchedFiles.Kind.LIST, directory, () -> {
            SimulatedNode node = find(directory);
            if (node == null && kind(directory.getParent()) != Kind.FILE) {
                throw new NoSuchFileException(directory.toString());
            }
            if (!(node instanceof SimulatedDirectory found)) {
                throw new NotDirectoryException(directory.toString());
            }
            found.names().keySet().forEach(name -> entries.add(directory.resolve(name)));
        });
        Collections.sort(entries);
        return entries;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        run(new Operation(WatchedFiles.Kind.RENAME, from, to, 0, 0), () -> {
            SimulatedDirectory source = parent(from);
            SimulatedDirectory target = parent(to);
            SimulatedNode moved = existing(from);
            SimulatedNode replaced = target.names().get(name(to));
            if (replaced == moved) {
                return;
            }
            if (moved instanceof SimulatedDirectory directory && target.isInside(directory)) {
                throw new FileSystemException(from.toString(), to.toString(), "Invalid argument");
            }
            if (replaced != null && moved.getClass() != replaced.getClass()) {
                throw new FileSystemException(from.toString(), to.toString(), "Is, or is not, a directory");
            }
            if (replaced instanceof SimulatedDirectory directory
                    && !directory.names().isEmpty()) {
                throw new FileSystemException(from.toString(), to.toString(), "Directory not empty");
            }
            source.rename(name(from), target, name(to));
            if (replaced instanceof SimulatedInode inode) {
                unlink(inode);
            }
        });
    }

    private void unlink(SimulatedInode inode) {
        if (inode.removeLink()) {
            room += inode.room();
        }
    }

    @Override
    public void link(Path existing, Path added) throws IOException {
        run(new Operation(WatchedFiles.Kind.LINK, existing, added, 0, 0), () -> {
            SimulatedNode node = existing(existing);
            if (parent(added).names().containsKey(name(added))) {
                throw new FileAlreadyExistsException(added.toString());
            }
            if (!(node instanceof SimulatedInode inode)) {
                throw new FileSystemException(added.toString(), existing.toString(), "Operation not permitted");
            }
            inode.addLink();
            parent(added).add(name(added), inode);
        });
    }

    @Override
    public synchronized Object fileKey(Path path) throws IOException {
        return existing(path);
    }

    @Override
    public synchronized int linkCount(Path path) throws IOException {
        return existing(path) instanceof SimulatedInode inode ? inode.links() : 2;
    }

    @Override
    public void delete(Path path) throws IOException {
        run(WatchedFiles.Kind.DELETE, path, () -> {
            SimulatedNode node;
            try {
                node = existing(path);
            } catch (NoSuchFileException e) {
                return;
            }
            if (node instanceof SimulatedDirectory found && !found.names().isEmpty()) {
                throw new DirectoryNotEmptyException(path.toString());
            }
            parent(path).remove(name(path));
            if (node instanceof SimulatedInode inode) {
                unlink(inode);
            }
        });
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        run(WatchedFiles.Kind.SYNC_DIRECTORY, directory, () -> {
            SimulatedNode node = existing(directory);
            if (node instanceof SimulatedDirectory found) {
                found.sync();
            } else {
                ((SimulatedInode) node).sync(0, ((SimulatedInode) node).length());
            }
        });
    }
}
