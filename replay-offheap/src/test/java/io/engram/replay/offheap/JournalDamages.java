package io.engram.replay.offheap;

import static io.engram.replay.offheap.RefusalTest.refused;

import io.engram.replay.offheap.internal.store.JournalFiles;
import java.nio.file.Files;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What can be wrong with a journal, for {@link RefusalTest}. */
final class JournalDamages {
    private static final String JOURNAL = JournalFiles.DIRECTORY;

    private JournalDamages() {}

    static Stream<Arguments> pages() {
        return Stream.of(
                refused("missing journal", CorruptStoreException.class, "missing", d -> {
                    DirectoryImage.delete(d.resolve(JOURNAL));
                    return d.resolve(JOURNAL);
                }),
                refused("journal without pages", TruncatedStoreException.class, "expected at least", d -> {
                    DirectoryImage.delete(d.resolve(JOURNAL));
                    return Files.createDirectory(d.resolve(JOURNAL));
                }),
                refused("file for the journal", CorruptStoreException.class, "missing", d -> {
                    DirectoryImage.delete(d.resolve(JOURNAL));
                    return Files.createFile(d.resolve(JOURNAL));
                }),
                refused(
                        "page of another format",
                        ForeignFileException.class,
                        "magic",
                        d -> Damage.flip(Damage.page(d, 0), 3)),
                refused(
                        "newer page",
                        UnsupportedVersionException.class,
                        "version found=9",
                        d -> Damage.putInt(Damage.page(d, 0), 8, 9)),
                refused(
                        "damaged page number",
                        CorruptStoreException.class,
                        "crc32c",
                        d -> Damage.flip(Damage.page(d, 0), 40)),
                refused("empty page", TruncatedStoreException.class, "length=0", d -> Damage.cut(Damage.page(d, 0), 0)),
                refused(
                        "page cut at its end",
                        TruncatedStoreException.class,
                        "length=",
                        d -> Damage.cut(Damage.page(d, 0), -1)),
                refused(
                        "page with more behind it",
                        CorruptStoreException.class,
                        "too long",
                        d -> Damage.grow(Damage.page(d, 0), 1)),
                refused("missing page", CorruptStoreException.class, "missing", d -> Damage.removePage(d, 0)),
                refused("two pages with records for one", CorruptStoreException.class, "same page", Damage::twinPage));
    }

    static Stream<Arguments> records(Supplier<DirectoryImage> other) {
        return Stream.of(
                refused(
                        "another memory's page",
                        ForeignFileException.class,
                        "memory id",
                        d -> Files.write(
                                Damage.page(d, 0),
                                other.get()
                                        .files()
                                        .get(other.get().files().keySet().stream()
                                                .filter(file -> file.startsWith(JOURNAL + "/"))
                                                .findFirst()
                                                .orElseThrow()))),
                refused(
                        "damaged name of a stream",
                        CorruptStoreException.class,
                        "offset=",
                        d -> Damage.flip(Damage.page(d, 0), Damage.record(d, 1) + 18)),
                refused(
                        "impossible length of a record",
                        CorruptStoreException.class,
                        "offset=",
                        d -> Damage.putInt(Damage.page(d, 0), Damage.record(d, 1), 77_777)),
                refused(
                        "record of an unknown kind",
                        CorruptStoreException.class,
                        "type=77",
                        d -> Damage.rewriteRecord(d, 2, 8, 77)),
                refused(
                        "end of an unknown kind",
                        CorruptStoreException.class,
                        "kind=9",
                        d -> Damage.rewriteRecord(d, 3, 64, 9)),
                refused("stream numbers with a gap", TruncatedStoreException.class, "stream id=", d -> {
                    Damage.rewriteRecord(d, 1, 12, 5);
                    return d.resolve(JOURNAL);
                }),
                refused(
                        "foreign file among the pages",
                        ForeignFileException.class,
                        "move it away",
                        d -> Damage.put(d, "journal/notes.txt")),
                refused(
                        "directory for a page",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.directoryAt(Damage.page(d, 0))),
                refused(
                        "link for a page",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.linkAt(Damage.page(d, 0))),
                refused(
                        "pipe for a page",
                        ForeignFileException.class,
                        "regular file",
                        d -> Damage.pipeAt(Damage.page(d, 0))));
    }
}
