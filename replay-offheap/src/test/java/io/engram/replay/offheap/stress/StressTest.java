package io.engram.replay.offheap.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.offheap.stress.StressRun.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jcstress.infra.runners.TestList;

/** Every jcstress test of this package holds, and every planted bug is found. */
@Tag("stress")
class StressTest {
    /** Short, or a preset of jcstress. */
    private static final String MODE = System.getProperty("engram.stress.mode", "short");

    private static final Path DIRECTORY = Path.of("target", "jcstress").toAbsolutePath();

    private static final Map<String, Verdict> VERDICTS = new HashMap<>();

    @BeforeAll
    static void run() throws IOException, InterruptedException {
        StressRun run = MODE.equals("short") ? StressRun.brief(DIRECTORY, 200) : StressRun.thorough(DIRECTORY, MODE);
        VERDICTS.putAll(run.run(TestList.tests()));
        // On a busy machine a brief run may miss a bug once.
        List<String> missed =
                planted().filter(test -> verdict(test).forbidden().isEmpty()).toList();
        if (!missed.isEmpty()) {
            VERDICTS.putAll(StressRun.brief(DIRECTORY.resolve("again"), 10_000).run(missed));
        }
    }

    @TestFactory
    Stream<DynamicTest> noForbiddenResultIsSeen() {
        return TestList.tests().stream()
                .filter(test -> !isPlanted(test))
                .map(test -> DynamicTest.dynamicTest(simpleName(test), () -> {
                    assertThat(verdict(test).errors()).as(test).isEmpty();
                    assertThat(verdict(test).forbidden()).as(test).isEmpty();
                    assertThat(verdict(test).samples()).as(test).isPositive();
                }));
    }

    @TestFactory
    Stream<DynamicTest> plantedBugIsReported() {
        return planted()
                .map(test -> DynamicTest.dynamicTest(simpleName(test), () -> {
                    assertThat(verdict(test).errors()).as(test).isEmpty();
                    assertThat(verdict(test).forbidden()).as(test).isNotEmpty().allMatch(m -> m.contains("forbidden"));
                }));
    }

    @Test
    void aBugIsPlanted() {
        assertThat(planted()).isNotEmpty();
    }

    private static Stream<String> planted() {
        return TestList.tests().stream().filter(StressTest::isPlanted);
    }

    private static boolean isPlanted(String test) {
        return simpleName(test).startsWith("Planted");
    }

    private static String simpleName(String test) {
        return test.substring(test.lastIndexOf('.') + 1);
    }

    private static Verdict verdict(String test) {
        Verdict verdict = VERDICTS.get(test);
        assertThat(verdict).as("%s did not run", test).isNotNull();
        return verdict;
    }
}
