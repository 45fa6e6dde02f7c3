package io.engram.replay.offheap;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Random calls of a file layer, and what they came to, so that two layers can be compared. */
final class RandomOperations {
    private final Path root;
    private final SplitMix64 random;

    /** A call: what it is, for a message, and how to do it. */
    record Call(String what, Body body) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** Does it and says what was seen. */
    @FunctionalInterface
    interface Body {
        Object on(FileLayer files) throws IOException;
    }

    RandomOperations(Path root, long seed) {
        this.root = root;
        this.random = new SplitMix64(seed);
    }

    /** What was seen, or the kind of the exception. */
    static String result(Call call, FileLayer files) {
        try {
            return String.valueOf(call.body().on(files));
        } catch (IOException | RuntimeException e) {
            // Below a file nothing can be: JDK 17 says "not a directory", JDK 25 that there is no such file.
            return e.getClass() == FileSystemException.class
                    ? NoSuchFileException.class.getName()
                    : e.getClass().getName();
        }
    }

    private Path path() {
        Path path = root;
        for (int depth = 1 + random.nextInt(2); depth > 0; depth--) {
            path = path.resolve(String.valueOf((char) ('a' + random.nextInt(4))));
        }
        return path;
    }

    Call next() {
        Path path = path();
        Path other = path();
        String names = path + " " + other;
        return switch (random.nextInt(12)) {
            case 0, 1 ->
                new Call("create " + path, files -> {
                    files.create(path).close();
                    return "created";
                });
            case 2 ->
                new Call("createDirectories " + path, files -> {
                    files.createDirectories(path);
                    return "made";
                });
            case 3 -> new Call("list " + path, files -> files.list(path));
            case 4 ->
                new Call("rename " + names, files -> {
                    files.rename(path, other);
                    return "renamed";
                });
            case 5 ->
                new Call("link " + names, files -> {
                    files.link(path, other);
                    return files.linkCount(path);
                });
            case 6 ->
                new Call("delete " + path, files -> {
                    files.delete(path);
                    return "deleted";
                });
            case 7 -> new Call("kind " + path, files -> files.kind(path) + " " + files.isDirectory(path));
            case 8 ->
                new Call("syncDirectory " + path, files -> {
                    files.syncDirectory(path);
                    return "synced";
                });
            case 9 ->
                new Call(
                        "linkCount " + path,
                        files -> files.kind(path) == FileLayer.Kind.DIRECTORY ? "any" : files.linkCount(path));
            default -> inFile(path);
        };
    }

    private Call inFile(Path path) {
        boolean reading = random.nextInt(3) == 0;
        int position = random.nextInt(9000);
        byte[] text = new byte[random.nextInt(6000)];
        Arrays.fill(text, (byte) ('a' + random.nextInt(26)));
        int what = random.nextInt(4);
        return new Call("file " + path + " reading=" + reading + " " + what + " at " + position, files -> {
            try (FileLayer.OpenFile open = reading ? files.openForReading(path) : files.open(path)) {
                switch (what) {
                    case 0, 1 -> open.write(ByteBuffer.wrap(text), position);
                    case 2 -> open.truncate(position);
                    default -> open.sync();
                }
                ByteBuffer read = ByteBuffer.allocate(text.length);
                open.read(read, position);
                return open.length() + " " + Arrays.toString(Arrays.copyOf(read.array(), read.position()));
            }
        });
    }
}
