package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Python with NumPy, where there is one: {@code python3}, with whatever PYTHONPATH names. */
public final class Numpy {
    private Numpy() {}

    /** Skips the test, and says so, where there is none. */
    public static void require(Path place) throws IOException {
        boolean there = false;
        try {
            there = start(place, List.of("-c", "import numpy")).onExit().join().exitValue() == 0;
        } catch (IOException e) {
            // No python3 at all.
        }
        if (!there) {
            System.out.println("SKIPPED: no python3 with numpy, so nothing was read from NumPy");
        }
        assumeTrue(there, "python3 with numpy is needed; '.ci/run' installs numpy where it can");
    }

    private static Process start(Path place, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("python3"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(place.resolve("python.err").toFile())
                .start();
    }

    /** Runs a script and returns the lines that it prints. */
    public static List<String> run(Path place, String script, Object... arguments) throws IOException {
        Path file = place.resolve("script.py");
        Files.writeString(file, script);
        List<String> line = new ArrayList<>(List.of(file.toString()));
        for (Object argument : arguments) {
            line.add(argument.toString());
        }
        Process process = start(place, line);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.onExit().join().exitValue();
        assertThat(code).as(Files.readString(place.resolve("python.err"))).isZero();
        return said.lines().toList();
    }
}
