package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.engram.replay.offheap.internal.store.JournalDescriptor;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

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

    static Path repeatRecord(Path directory) throws IOException {
        Path journal = directory.resolve(JournalDescriptor.FILE_NAME);
        byte[] bytes = Files.readAllBytes(journal);
        int record = JournalDescriptor.TYPE_OFFSET
                + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        byte[] twice = Arrays.copyOf(bytes, bytes.length + record);
        System.arraycopy(bytes, 0, twice, bytes.length, record);
        return Files.write(journal, twice);
    }

    static Path unknownRecord(Path directory) throws IOException {
        Path journal = directory.resolve(JournalDescriptor.FILE_NAME);
        byte[] bytes = Files.readAllBytes(journal);
        ByteBuffer record = ByteBuffer.allocate(bytes.length + 13).order(ByteOrder.LITTLE_ENDIAN);
        record.put(bytes).putInt(5).putInt(0).put((byte) 77).putInt(1);
        CRC32C crc = new CRC32C();
        crc.update(record.array(), bytes.length, 13);
        record.putInt(bytes.length + JournalDescriptor.CRC_OFFSET, (int) crc.getValue());
        return Files.write(journal, record.array());
    }
}
