package io.engram.replay.offheap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** All bytes of all files below a directory of the real file system, in short. */
final class SnapshotBytes {
    private SnapshotBytes() {}

    /** By path: length and checksum. */
    static Map<String, String> of(Path directory) {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(path);
                CRC32C crc = new CRC32C();
                crc.update(bytes);
                digests.put(
                        directory.relativize(path).toString(),
                        bytes.length + " bytes, " + Long.toHexString(crc.getValue()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digests;
    }
}
