package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Something bad that happens to the files of a memory. */
interface Damage {
    /** Does it, and says which file a message about it must name. */
    Path to(Path directory) throws IOException;

    /** The n-th segment, from the end if negative. */
    static Path segment(Path directory, int n) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(SegmentDescriptor.DIRECTORY))) {
            List<Path> sorted = files.sorted().toList();
            return sorted.get(n < 0 ? sorted.size() + n : n);
        }
    }

    static Path flip(Path file, int offset) throws IOException {
        return flipBit(file, Byte.SIZE * offset);
    }

    static Path flipBit(Path file, int bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return Files.write(file, bytes);
    }

    static Path putInt(Path file, int offset, int value) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        return Files.write(file, bytes);
    }

    static Path cut(Path file, int length) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return Files.write(file, Arrays.copyOf(bytes, length < 0 ? bytes.length + length : length));
    }

    static Path grow(Path file, int more) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return Files.write(file, Arrays.copyOf(bytes, bytes.length + more));
    }

    static Path put(Path directory, String name) throws IOException {
        return Files.writeString(directory.resolve(name), "text");
    }

    static Path remove(Path file) throws IOException {
        Files.delete(file);
        return file;
    }

    static Path directoryAt(Path file) throws IOException {
        Files.deleteIfExists(file);
        return Files.createDirectory(file);
    }

    /** A link to a file that would be right. */
    static Path linkAt(Path file) throws IOException {
        Path root = file;
        while (!root.endsWith("memory")) {
            root = root.getParent();
        }
        Path target = root.resolveSibling("target");
        Files.move(file, target);
        return Files.createSymbolicLink(file, target);
    }

    static Path pipeAt(Path file) throws IOException {
        Files.delete(file);
        try {
            assumeThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                    .isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return file;
    }

    /** Removes a segment and names the one before it. */
    static Path removeBefore(Path directory, int n) throws IOException {
        Path before = segment(directory, n - 1);
        Files.delete(segment(directory, n));
        return before;
    }

    /** Removes the newest segment that has rows; prepared ones are behind it. */
    static Path removeHead(Path directory, int segmentRows) throws IOException {
        long last = StoredSegments.read(directory).rows().lastKey() / segmentRows;
        Path[] neighbours = new Path[2];
        try (Stream<Path> files = Files.list(directory.resolve(SegmentDescriptor.DIRECTORY))) {
            for (Path file : files.toList()) {
                long ordinal = Long.parseLong(file.getFileName().toString().substring(0, 16), 16);
                if (ordinal == last) {
                    Files.delete(file);
                } else if (ordinal == last - 1) {
                    neighbours[0] = file;
                } else if (ordinal == last + 1) {
                    neighbours[1] = file;
                }
            }
        }
        assertThat(neighbours).doesNotContainNull();
        return neighbours[1];
    }

    static Path twin(Path directory, int n) throws IOException {
        Path segment = segment(directory, n);
        return Files.copy(segment, segment.resolveSibling("0" + segment.getFileName()));
    }

    static Path removeSegments(Path directory) {
        DirectoryImage.delete(directory.resolve(SegmentDescriptor.DIRECTORY));
        return directory.resolve(SegmentDescriptor.DIRECTORY);
    }

    static Path fileForSegments(Path directory) throws IOException {
        return Files.createFile(removeSegments(directory));
    }

    /** The n-th page of the journal. */
    static Path page(Path directory, int n) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            return files.sorted().toList().get(n);
        }
    }

    /** Where the first record of a type lies in the first page. */
    static int record(Path directory, int type) throws IOException {
        Path page = page(directory, 0);
        return StoredJournal.read(directory).records().stream()
                .filter(entry -> entry.type() == type && entry.file().equals(page))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    /** Changes a whole number of a record and makes the record whole again. */
    static Path rewriteRecord(Path directory, int type, int field, int value) throws IOException {
        Path page = page(directory, 0);
        int at = record(directory, type);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(page)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(at + field, value);
        bytes.putInt(at + 4, StoredJournal.checksum(bytes, at, bytes.getInt(at)));
        return Files.write(page, bytes.array());
    }

    /** A copy of the first page under another name. */
    static Path twinPage(Path directory) throws IOException {
        Path page = page(directory, 0);
        return Files.copy(page, page.resolveSibling("0" + page.getFileName()));
    }

    /** Removes the n-th page, which the message names with the one behind it. */
    static Path removePage(Path directory, int n) throws IOException {
        Path behind = page(directory, n + 1);
        Files.delete(page(directory, n));
        return behind;
    }
}
