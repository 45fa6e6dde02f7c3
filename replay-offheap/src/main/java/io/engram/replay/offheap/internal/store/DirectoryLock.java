package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StoreLockedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One owner a directory: a lock on a file that nothing else ever opens. The operating system frees it when the process
 * ends, however it ends; the file holds the owner's process id, for a message.
 *
 * <p>Within one process a set of directories comes first, because closing a second channel on a locked file would free
 * the lock of the first.
 */
public final class DirectoryLock implements FileLayer.Lock {
    /** The file's name. */
    public static final String FILE_NAME = "lock";

    /**
     * By directory, the channel that holds its lock (or, while the lock is being taken, the directory). Also keeps the
     * channel from the garbage collector, which would close it under a memory that nobody closed.
     */
    private static final Map<Path, Object> HELD = new ConcurrentHashMap<>();

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PATIENCE_FOR_PID_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int PID_LENGTH = 20;

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Takes the lock or throws within a tenth of a second. Waits a little, because the lock of a killed process is
     * freed some milliseconds after its death.
     *
     * @param directory existing
     * @return the lock
     * @throws StoreLockedException if another memory, here or in another process, holds it
     * @throws StorageException if the lock file cannot be used
     */
    public static DirectoryLock acquire(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        Path key;
        try {
            key = directory.toRealPath();
        } catch (IOException e) {
            throw new StorageException("the directory cannot be locked: directory=" + directory + ": " + e, e);
        }
        if (HELD.putIfAbsent(key, key) != null) {
            throw new StoreLockedException("the memory is open already in this process: directory=" + directory
                    + ", pid=" + ProcessHandle.current().pid() + "; close it first, or share it");
        }
        boolean locked = false;
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new StorageException("the lock is not a regular file: file=" + file + "; remove it");
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                // Made before the lock is taken, so that whoever is refused need not wait for it.
                byte[] pid = paddedPid();
                locked = lock(channel);
                if (!locked) {
                    throw new StoreLockedException("the memory is in use by another process: directory=" + directory
                            + ", pid=" + owner(channel) + "; stop that process, or use another directory");
                }
                channel.write(ByteBuffer.wrap(pid), 0);
                HELD.put(key, channel);
                return new DirectoryLock(key, channel);
            } catch (Throwable t) {
                locked = false;
                channel.close();
                throw t;
            }
        } catch (IOException e) {
            throw new StorageException("the directory cannot be locked: file=" + file + ": " + e, e);
        } finally {
            if (!locked) {
                HELD.remove(key);
            }
        }
    }

    /**
     * Throws if somebody has a directory open, without taking or making anything that lasts: the lock is asked for as
     * one of those who share it, and given back. Whoever wants it for himself at that moment waits a little.
     *
     * @param directory existing
     * @throws StoreLockedException if a memory, here or in another process, holds the lock
     * @throws StorageException if that cannot be told
     */
    public static void requireFree(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Path key = directory.toRealPath();
            // Closing a second channel would free the lock of the first.
            if (HELD.putIfAbsent(key, key) != null) {
                throw new StoreLockedException("the memory is open in this process: directory=" + directory + ", pid="
                        + ProcessHandle.current().pid() + "; close it first");
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                if (!isFree(channel)) {
                    throw new StoreLockedException("the memory is in use by another process: directory=" + directory
                            + ", pid=" + owner(channel) + "; stop that process first");
                }
            } finally {
                HELD.remove(key);
            }
        } catch (IOException e) {
            throw new StorageException("it cannot be told whether the memory is in use: file=" + file + ": " + e, e);
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        long start = System.nanoTime();
        while (true) {
            try (FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true)) {
                if (shared != null) {
                    return true;
                }
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StorageException("the lock could not be closed: directory=" + directory + ": " + e, e);
        } finally {
            HELD.remove(directory);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        long start = System.nanoTime();
        while (true) {
            @Nullable FileLock fileLock = channel.tryLock();
            if (fileLock != null) {
                return true;
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * The owner writes its number just after it has taken the lock; until then there is none, or that of a dead one.
     */
    private static String owner(FileChannel channel) throws IOException {
        long start = System.nanoTime();
        while (true) {
            ByteBuffer text = ByteBuffer.allocate(PID_LENGTH);
            channel.read(text, 0);
            String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
            if (isAlive(pid)) {
                return pid;
            }
            if (System.nanoTime() - start > PATIENCE_FOR_PID_NANOS) {
                return pid.isEmpty() ? "unknown" : pid;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** As far as it can be seen from here: not in another container. */
    private static boolean isAlive(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid))
                    .map(ProcessHandle::isAlive)
                    .orElse(false);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static byte[] paddedPid() {
        byte[] padded = new byte[PID_LENGTH];
        Arrays.fill(padded, (byte) ' ');
        byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(pid, 0, padded, 0, pid.length);
        return padded;
    }
}
