package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Directories that are kept as zip files, and texts that say what is in them. {@code
 * -Dengram.golden.write=src/test/resources/golden} adds those that are not there yet; it never replaces one.
 */
final class GoldenFiles {
    private GoldenFiles() {}

    /** What is in a kept directory. */
    static DirectoryImage image(String name) throws IOException {
        Map<String, String> entries = new TreeMap<>(Map.of("", "directory"));
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(resource(name + ".zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), "file");
                files.put(entry.getName(), zip.readAllBytes());
                for (Path parent = Path.of(entry.getName()).getParent(); parent != null; parent = parent.getParent()) {
                    entries.put(parent.toString(), "directory");
                }
            }
        }
        return new DirectoryImage(entries, files);
    }

    static String text(String name) throws IOException {
        try (InputStream resource = resource(name + ".txt")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream resource(String name) throws IOException {
        String written = System.getProperty("engram.golden.write");
        InputStream resource = GoldenFiles.class.getResourceAsStream("/golden/" + name);
        if (resource == null && written != null) {
            return Files.newInputStream(Path.of(written, name));
        }
        assertThat(resource).as("golden/%s", name).isNotNull();
        return resource;
    }

    /** Adds a directory if that is asked for and it is not kept yet. */
    static void addIfAsked(String name, Path directory) throws IOException {
        Path target = target(name + ".zip");
        if (target == null) {
            return;
        }
        try (OutputStream out = Files.newOutputStream(target);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file :
                    DirectoryImage.of(directory).files().entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
    }

    /** Adds a text if that is asked for and it is not kept yet. */
    static void addIfAsked(String name, String text) throws IOException {
        Path target = target(name + ".txt");
        if (target != null) {
            Files.writeString(target, text);
        }
    }

    private static Path target(String name) throws IOException {
        String directory = System.getProperty("engram.golden.write");
        if (directory == null || Files.exists(Path.of(directory, name))) {
            return null;
        }
        Files.createDirectories(Path.of(directory));
        return Path.of(directory, name);
    }
}
