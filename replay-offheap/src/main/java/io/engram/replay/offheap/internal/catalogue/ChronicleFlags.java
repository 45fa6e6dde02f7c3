package io.engram.replay.offheap.internal.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What Chronicle Map needs of the JVM, looked for before it is touched: it would fail in many words, late. */
final class ChronicleFlags {
    private static final String MAP = "net.openhft.chronicle.map.ChronicleMap";

    private ChronicleFlags() {}

    /** What is missing, as a sentence's end; empty if nothing is. */
    static Optional<String> missing() {
        ClassLoader loader = ChronicleFlags.class.getClassLoader();
        try {
            Class.forName(MAP, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.of("Chronicle Map is not on the class path; add net.openhft:chronicle-map");
        }
        if (ModuleLayer.boot().findModule("jdk.compiler").isEmpty()) {
            return Optional.of("the JVM has no module jdk.compiler, which Chronicle Map needs; use a full JDK");
        }
        Module unnamed = ChronicleFlags.class.getModule();
        List<String> flags = new ArrayList<>();
        Stream.of("java.base/jdk.internal.ref", "jdk.compiler/com.sun.tools.javac.file")
                .filter(each -> !module(each).isExported(packageOf(each), unnamed))
                .forEach(each -> flags.add("--add-exports=" + each + "=ALL-UNNAMED"));
        Stream.of("java.base/java.lang", "java.base/java.lang.reflect", "java.base/sun.nio.ch")
                .filter(each -> !module(each).isOpen(packageOf(each), unnamed))
                .forEach(each -> flags.add("--add-opens=" + each + "=ALL-UNNAMED"));
        return flags.isEmpty()
                ? Optional.empty()
                : Optional.of("the JVM lacks flags that Chronicle Map needs; add " + String.join(" ", flags));
    }

    private static Module module(String name) {
        return ModuleLayer.boot()
                .findModule(name.substring(0, name.indexOf('/')))
                .orElseThrow();
    }

    private static String packageOf(String name) {
        return name.substring(name.indexOf('/') + 1);
    }
}
