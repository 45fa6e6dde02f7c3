package io.engram.replay.offheap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the class path and the flags of this one. */
final class ChildJvm {
    private ChildJvm() {}

    /** Starts a main class; its standard output is the caller's to read, its errors go to a file. */
    static Process start(Class<?> main, Path errors, List<String> flags, Object... arguments) throws IOException {
        return start(main, errors, System.getProperty("java.class.path"), flags, arguments);
    }

    /** With another class path. */
    static Process start(Class<?> main, Path errors, String classPath, List<String> flags, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("engram.jvm.flags", "-XX:+IgnoreUnrecognizedVMOptions")
                .split(" ")));
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
    }
}
