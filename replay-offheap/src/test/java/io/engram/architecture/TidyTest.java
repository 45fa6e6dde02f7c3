package io.engram.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The repository keeps {@link TidyRules}, and each rule finds what it is for. */
class TidyTest {
    private static final String TEST = "replay-core/src/test/java/io/engram/Sample.java";
    private static final String MAIN = "replay-core/src/main/java/io/engram/sample/";
    private static final String RING = "replay-offheap/src/main/java/io/engram/replay/offheap/internal/ring/";
    private static final String EXAMPLES = "rl-examples/src/main/java/io/engram/examples/";
    private static final String JMH = "jmh/src/main/java/io/engram/jmh/";

    @Test
    void repositoryIsTidy() throws IOException {
        List<SourceFile> files = SourceFile.below(Path.of(System.getProperty("engram.root")));
        assertThat(files).extracting(SourceFile::path).contains("pom.xml", ".ci/run", "replay-core/pom.xml");
        assertThat(TidyRules.violations(files)).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource
    void violationIsReported(String rule, String path, String text) {
        assertThat(violations(path, text)).singleElement().asString().startsWith(rule + ": ");
    }

    static Stream<Arguments> violationIsReported() {
        // Some are split, so that this file is tidy itself.
        return Stream.of(
                Arguments.of("unfinished", TEST, "// TO" + "DO: later"),
                Arguments.of("unfinished", ".ci/run", "# FIX" + "ME"),
                Arguments.of("unfinished", "README.md", "X" + "XX"),
                Arguments.of("machine path", "README.md", "cd /ro" + "ot/engram"),
                Arguments.of("machine path", TEST, "String s = \"/wo" + "rk/out\";"),
                Arguments.of("registry", "pom.xml", "<url>https://repo1.exam" + "ple.org/maven2</url>"),
                Arguments.of("registry", "README.md", "see registry.exam" + "ple.io"),
                Arguments.of("terminated or truncated", TEST, "boolean done = false;"),
                Arguments.of("terminated or truncated", TEST, "char c = '\"'; boolean[] dones; // \""),
                Arguments.of("grab-bag", TEST, "final class RingManager {}"),
                Arguments.of("grab-bag", TEST, "interface BufferUtil {}"),
                Arguments.of("grab-bag", TEST, "record FileHelper() {}"),
                Arguments.of("lock-free", RING + "Ring.java", "synchronized (this) {"),
                Arguments.of("internals", EXAMPLES + "Dqn.java", "import io.engram.replay.internal.Lane;"),
                Arguments.of("internals", EXAMPLES + "Dqn.java", "import io.engram.replay.offheap.internal.ring.Ring;"),
                Arguments.of("internals", JMH + "Bench.java", "import io.engram.examples.Dqn;"),
                Arguments.of("long line", TEST, "int x; //" + "-".repeat(112)),
                Arguments.of("long line", "README.md", "word ".repeat(25).strip()),
                Arguments.of("trailing space", "docs/a.md", "a line "),
                Arguments.of("package-info", MAIN + "a/Sample.java", "class Sample {}"),
                Arguments.of(
                        "package-info", MAIN + "a/package-info.java", "package io.engram.sample.a; // @NullMarked"),
                Arguments.of("decisions", "docs/decisions/0001-a.md", "# A"),
                Arguments.of("decisions", "docs/decisions/README.md", "[A](0001-a.md)"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void whatOnlyLooksLikeAViolationIsNot(String path, String text) {
        assertThat(violations(path, text)).isEmpty();
    }

    static Stream<Arguments> whatOnlyLooksLikeAViolationIsNot() {
        return Stream.of(
                Arguments.of(TEST, "if (future.isDone()) { // the work is done"),
                Arguments.of(TEST, "/* done */ String s = \"done \\\" done\"; char c = '\\'';"),
                Arguments.of(TEST, "String s = \"\"\"\n    done \" done\n    \"\"\";"),
                Arguments.of(TEST, "import " + "a.".repeat(70) + "A;"),
                Arguments.of(TEST, "class Utility {}"),
                Arguments.of(MAIN + "Sample.java", "synchronized (this) {"),
                Arguments.of(JMH + "Bench.java", "import io.engram.replay.internal.Lane;"),
                Arguments.of(JMH + "Bench.java", "import io.engram.replay.offheap.internal.ring.Ring;"),
                Arguments.of("README.md", "|" + " cell |".repeat(30)),
                Arguments.of("README.md", "```\n" + "x".repeat(130) + "\n```"),
                Arguments.of("README.md", "a framework/work/flow and <http://maven.apache.org/POM/4.0.0>"),
                Arguments.of("pom.xml", "a line "));
    }

    private static List<String> violations(String path, String text) {
        Stream<SourceFile> packages = Stream.of(MAIN, RING, EXAMPLES, JMH)
                .map(directory -> new SourceFile(directory + "package-info.java", "@NullMarked package a;"));
        return TidyRules.violations(
                Stream.concat(packages, Stream.of(new SourceFile(path, text))).toList());
    }
}
