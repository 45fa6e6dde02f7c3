package io.engram.replay.offheap;

import static io.engram.replay.offheap.RefusalTest.refused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What can be wrong with the files of priorities, for {@link RefusalTest}; and files of the other byte order. */
final class IndexDamages {
    private static final String INDEX = "priorities/default.index";
    private static final String HEAD = "memory.engram";

    private IndexDamages() {}

    static Stream<Arguments> indexes(Supplier<DirectoryImage> other) {
        return Stream.of(
                refused(
                        "index of another format",
                        ForeignFileException.class,
                        "magic",
                        d -> Damage.flip(d.resolve(INDEX), 3)),
                refused(
                        "newer index",
                        UnsupportedVersionException.class,
                        "version found=9",
                        d -> Damage.putInt(d.resolve(INDEX), 8, 9)),
                refused(
                        "another memory's index",
                        ForeignFileException.class,
                        "memory id",
                        d -> Files.write(d.resolve(INDEX), other.get().files().get(INDEX))),
                refused(
                        "damaged header of an index",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(d.resolve(INDEX), 40)),
                refused(
                        "index under another name",
                        CorruptStoreException.class,
                        "makes no sense",
                        d -> Files.move(d.resolve(INDEX), d.resolve("priorities/other.index"))),
                refused(
                        "link for an index",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.linkAt(d.resolve(INDEX))),
                refused(
                        "directory for an index",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.directoryAt(d.resolve(INDEX))),
                refused(
                        "pipe for an index",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.pipeAt(d.resolve(INDEX))),
                refused(
                        "foreign file among the indexes",
                        ForeignFileException.class,
                        "move it away",
                        d -> Damage.put(d, "priorities/notes.txt")),
                refused("file for the indexes", ForeignFileException.class, "not a directory", d -> {
                    DirectoryImage.delete(d.resolve("priorities"));
                    return Files.createFile(d.resolve("priorities"));
                }));
    }

    /** What a machine of the other byte order would write. */
    static Stream<Arguments> otherByteOrder() {
        return Stream.of(
                swapped("head of the other byte order", d -> d.resolve(HEAD)),
                swapped("segment of the other byte order", d -> Damage.segment(d, 2)),
                swapped("page of the other byte order", d -> Damage.page(d, 0)),
                swapped("index of the other byte order", d -> d.resolve(INDEX)));
    }

    private static Arguments swapped(String what, Damage file) {
        return refused(what, ForeignFileException.class, "magic", d -> swapMagic(file.to(d)));
    }

    /** Reverses the first eight bytes. */
    static Path swapMagic(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < Long.BYTES / 2; i++) {
            byte left = bytes[i];
            bytes[i] = bytes[Long.BYTES - 1 - i];
            bytes[Long.BYTES - 1 - i] = left;
        }
        return Files.write(file, bytes);
    }
}
