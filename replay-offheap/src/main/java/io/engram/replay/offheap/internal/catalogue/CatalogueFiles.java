package io.engram.replay.offheap.internal.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The files of an index: maps, of which one is in use, and the mark of a clean close. Nothing is synced: what a power
 * loss leaves does not match the mark's checksum. Guarded by the lock of the memory, which one process holds.
 */
final class CatalogueFiles {
    private static final int PIECE = 256 << 10;

    private final Path directory;
    private int maps;

    CatalogueFiles(Path directory) {
        this.directory = directory;
    }

    /** Whether an index was here, in whatever state. */
    boolean hasAny() {
        return Files.exists(directory);
    }

    /** The mark's bytes, or null without one. */
    byte @Nullable [] readMark() throws IOException {
        try {
            return Files.readAllBytes(directory.resolve(CatalogueMark.FILE_NAME));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Takes the mark away, before the map is touched. */
    void removeMark() throws IOException {
        Files.deleteIfExists(directory.resolve(CatalogueMark.FILE_NAME));
    }

    void putMark(CatalogueMark mark) throws IOException {
        Files.write(directory.resolve(CatalogueMark.FILE_NAME), mark.encode());
    }

    /** The map that a mark is of, or null if its bytes are not those of the mark. */
    @Nullable
    Path markedMap(CatalogueMark mark) throws IOException {
        Path file = map(0);
        boolean same = Files.isRegularFile(file) && Files.size(file) == mark.length() && crc(file) == mark.crc();
        return same ? file : null;
    }

    /** Removes all there is. */
    void clear() throws IOException {
        Files.createDirectories(directory);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                Files.delete(entry);
            }
        }
    }

    /** Where the next map is to be. */
    Path newMap() {
        return map(maps++);
    }

    /** The next map is the one behind the marked one. */
    void keepMarked() {
        maps = 1;
    }

    /** Gives the map in use the name that the next opening looks for. */
    Path settle(Path file) throws IOException {
        Path settled = map(0);
        if (!file.equals(settled)) {
            Files.move(file, settled);
        }
        return settled;
    }

    private Path map(int number) {
        return directory.resolve(String.format(Locale.ROOT, "episodes-%d.map", number));
    }

    /** Writes every byte of a file again, so that none of it is a hole that a store could meet a full disk in. */
    static void allocate(Path file) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long at = 0;
            while (channel.read(piece.clear()) > 0) {
                piece.flip();
                channel.position(at);
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
                at = channel.position();
            }
        }
    }

    static int crc(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] piece = new byte[PIECE];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                crc.update(piece, 0, read);
            }
        }
        return (int) crc.getValue();
    }
}
