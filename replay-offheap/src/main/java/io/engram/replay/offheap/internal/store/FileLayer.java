package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.ring.Region;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/** All that the store asks of a file system, so that tests can fail any of it. Safe for use by any thread. */
public interface FileLayer {
    /**
     * Creates a file that must not exist.
     *
     * @param path where
     * @return the open file
     * @throws IOException if it cannot be created
     */
    OpenFile create(Path path) throws IOException;

    /**
     * Opens a regular file that must exist.
     *
     * @param path where
     * @return the open file
     * @throws IOException if it is missing or not permitted
     * @throws io.engram.replay.offheap.ForeignFileException if it is not a regular file
     */
    OpenFile open(Path path) throws IOException;

    /**
     * Opens a regular file that must exist, for nothing but reading.
     *
     * @param path where
     * @return the open file, whose writes fail
     * @throws IOException if it is missing or not permitted
     * @throws io.engram.replay.offheap.ForeignFileException if it is not a regular file
     */
    OpenFile openForReading(Path path) throws IOException;

    /**
     * What has a name; links are not followed.
     *
     * @param path the name
     * @return what it is
     */
    Kind kind(Path path);

    /**
     * Whether a name is that of a directory, or of a link that leads to one.
     *
     * @param path the name
     * @return true if so
     */
    boolean isDirectory(Path path);

    /**
     * On what kind of file system a directory is.
     *
     * @param directory an existing one
     * @return as the system calls it, such as {@code ext4}
     * @throws IOException if it cannot be asked
     */
    default String fileSystem(Path directory) throws IOException {
        return "";
    }

    /**
     * What those take, within this process, who change what is in a directory besides the one who has it locked.
     *
     * @param directory absolute and normalized
     * @return one permit, the same for the same directory
     */
    Semaphore turn(Path directory);

    /**
     * Takes the lock of a directory, which its one owner has.
     *
     * @param directory existing
     * @return the lock, to be closed
     * @throws io.engram.replay.offheap.StoreLockedException if somebody else has it
     * @throws io.engram.replay.offheap.StorageException if it cannot be taken
     */
    Lock lock(Path directory);

    /**
     * Creates a directory and its parents; one that exists is left as it is.
     *
     * @param path where
     * @throws IOException if it cannot be created
     */
    void createDirectories(Path path) throws IOException;

    /**
     * The entries of a directory.
     *
     * @param directory where
     * @return sorted by name
     * @throws IOException if it cannot be read
     */
    List<Path> list(Path directory) throws IOException;

    /**
     * Renames a file in one step, replacing what has the new name.
     *
     * @param from the old name
     * @param to the new name
     * @throws IOException if it cannot be renamed
     */
    void rename(Path from, Path to) throws IOException;

    /**
     * Gives a file one more name.
     *
     * @param existing a name that it has
     * @param added the new one, which must be free
     * @throws IOException if that cannot be, as on file systems without hard links
     */
    void link(Path existing, Path added) throws IOException;

    /**
     * How many names a file has.
     *
     * @param path one of them
     * @return at least 1
     * @throws IOException if it cannot be told
     */
    int linkCount(Path path) throws IOException;

    /**
     * Tells files apart, whatever they are called.
     *
     * @param path one of a file's names
     * @return equal for all names of one file, and for no other
     * @throws IOException if it cannot be told
     */
    Object fileKey(Path path) throws IOException;

    /**
     * Removes a file or an empty directory, if it is there.
     *
     * @param path which
     * @throws IOException if it cannot be removed
     */
    void delete(Path path) throws IOException;

    /**
     * Makes the names in a directory durable.
     *
     * @param directory which
     * @throws IOException if it cannot be done
     */
    void syncDirectory(Path directory) throws IOException;

    /** What a name stands for. */
    enum Kind {
        /** Nothing. */
        NOTHING,
        /** A regular file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A link, a device, a pipe. */
        OTHER
    }

    /** The lock of a directory. */
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }

    /** An open file. For one thread at a time. */
    interface OpenFile extends Closeable {
        /**
         * The length.
         *
         * @return bytes
         * @throws IOException if it cannot be told
         */
        long length() throws IOException;

        /**
         * Reads until the buffer is full or the file ends.
         *
         * @param target where to
         * @param position where from
         * @throws IOException if it cannot be read
         */
        void read(ByteBuffer target, long position) throws IOException;

        /**
         * Writes all that remains in the buffer.
         *
         * @param source where from
         * @param position where to
         * @throws IOException if it cannot be written whole
         */
        void write(ByteBuffer source, long position) throws IOException;

        /**
         * Cuts the file.
         *
         * @param length what remains
         * @throws IOException if it cannot be cut
         */
        void truncate(long length) throws IOException;

        /**
         * Makes the contents durable.
         *
         * @throws IOException if that is not certain
         */
        void sync() throws IOException;

        /**
         * Maps the file's first bytes for reading and writing. The mapping outlives the open file.
         *
         * @param length bytes, at most the file's
         * @return the mapping
         * @throws IOException if it cannot be mapped
         */
        Mapping map(long length) throws IOException;

        /**
         * Maps the file's first bytes for reading. Storing there kills the process.
         *
         * @param length bytes, at most the file's
         * @return the mapping
         * @throws IOException if it cannot be mapped
         */
        Mapping mapForReading(long length) throws IOException;

        /**
         * Maps the file's first bytes so that what is stored there is seen by this process alone, and never written.
         * The file must be open for writing all the same.
         *
         * @param length bytes, at most the file's
         * @return the mapping
         * @throws IOException if it cannot be mapped
         */
        Mapping mapPrivately(long length) throws IOException;
    }

    /** A mapped file. */
    interface Mapping extends Region {
        /**
         * Makes a range durable.
         *
         * @param offset from the start of the mapping
         * @param length bytes
         * @throws IOException if that is not certain
         */
        void force(int offset, int length) throws IOException;

        /** Ends the mapping; using its address after that kills the process. */
        void unmap();
    }
}
