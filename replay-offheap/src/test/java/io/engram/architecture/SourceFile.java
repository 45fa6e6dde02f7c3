package io.engram.architecture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A text file of the repository.
 *
 * @param path from the root, with slashes
 * @param text all of it
 */
record SourceFile(String path, String text) {
    private static final Set<String> NOT_OURS = Set.of(".git", ".idea", ".vscode", "target", "runs", "__pycache__");
    private static final int MAX_LENGTH = 1 << 20;
    /** Text blocks, strings, characters, comments; the first that matches wins, as in the language. */
    private static final Pattern NOT_CODE = Pattern.compile(
            String.join(
                    "|",
                    "\"\"\"[^\\\\]*?(?:\\\\.[^\\\\]*?)*?\"\"\"",
                    "\"[^\\\\\"\n]*+(?:\\\\.[^\\\\\"\n]*+)*+\"",
                    "'[^\\\\'\n]*+(?:\\\\.[^\\\\'\n]*+)*+'",
                    "//[^\n]*",
                    "/\\*.*?\\*/"),
            Pattern.DOTALL);

    /** Whether the name ends so. */
    boolean is(String extension) {
        return path.endsWith("." + extension);
    }

    /** The text split into lines, with their ends of line removed. */
    List<String> lines() {
        return text.lines().toList();
    }

    /** The Java code alone: comments and literals blanked, lines kept. */
    SourceFile code() {
        return new SourceFile(
                path, NOT_CODE.matcher(text).replaceAll(m -> m.group().replaceAll("[^\n]+", " ")));
    }

    /** Every text file below the root that a person wrote. */
    static List<SourceFile> below(Path root) throws IOException {
        List<SourceFile> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return isOurs(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (isOurs(file) && attributes.isRegularFile() && attributes.size() <= MAX_LENGTH) {
                    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
                    if (text.indexOf('\0') < 0) {
                        files.add(
                                new SourceFile(root.relativize(file).toString().replace('\\', '/'), text));
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static boolean isOurs(Path path) {
        return !NOT_OURS.contains(String.valueOf(path.getFileName()));
    }
}
