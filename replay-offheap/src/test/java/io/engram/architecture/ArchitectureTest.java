package io.engram.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The libraries keep every rule of {@link ArchitectureRules}, and a tree of planted violations breaks each. The
 * examples and benchmarks are compiled later; {@link TidyRules} reads their sources.
 */
class ArchitectureTest {
    private static final String FIXTURE = "io.engram.architecture.fixture";
    private static final ArchitectureRules RULES = new ArchitectureRules("io.engram", "net.openhft");
    private static final ArchitectureRules FIXTURE_RULES = new ArchitectureRules(FIXTURE, FIXTURE + ".openhft");

    private static JavaClasses libraries;
    private static JavaClasses violations;

    /**
     * A rule and what breaks it.
     *
     * @param name the rule in words
     * @param rule how to make it
     * @param culprits the classes of the fixture that break it, and nobody else does
     */
    private record Case(String name, Function<ArchitectureRules, ArchRule> rule, List<String> culprits) {}

    @Test
    void exceptionsThatInternalsThrowMakeNoCycle() {
        assertThat(FIXTURE_RULES
                        .packagesFormNoCycle()
                        .evaluate(violations)
                        .getFailureReport()
                        .getDetails())
                .singleElement()
                .asString()
                .doesNotContain("LostException");
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case("core alone", ArchitectureRules::coreDependsOnNoOtherModule, List.of("replay.Core")),
                new Case("no program", ArchitectureRules::nothingDependsOnPrograms, List.of("replay.Core")),
                new Case("no benchmark", ArchitectureRules::nothingDependsOnBenchmarks, List.of("examples.Program")),
                new Case(
                        "no cycle",
                        ArchitectureRules::packagesFormNoCycle,
                        List.of("replay.offheap.internal.ring.Ring", "replay.offheap.internal.store.Store")),
                new Case(
                        "file channels",
                        ArchitectureRules::onlyTheStoreTouchesFileChannels,
                        List.of("replay.offheap.Memory")),
                new Case(
                        "chronicle",
                        ArchitectureRules::onlyTheCatalogueTouchesChronicle,
                        List.of("replay.offheap.Memory")),
                new Case(
                        "picocli",
                        ArchitectureRules::onlyTheCommandLineTouchesPicocli,
                        List.of("replay.offheap.Memory")),
                new Case(
                        "command line",
                        ArchitectureRules::nothingDependsOnTheCommandLine,
                        List.of("replay.offheap.Memory")),
                new Case(
                        "off-heap internals",
                        ArchitectureRules::offheapInternalsStayInside,
                        List.of("replay.Core", "examples.Program")),
                new Case("shared internals", ArchitectureRules::sharedInternalsStayInside, List.of("examples.Program")),
                new Case(
                        "nothing blocks",
                        ArchitectureRules::hotPathUsesNothingThatBlocks,
                        List.of("replay.offheap.internal.ring.Ring", "replay.offheap.internal.sample.Sleeper")),
                new Case(
                        "no synchronized method",
                        ArchitectureRules::hotPathHasNoSynchronizedMethod,
                        List.of("replay.offheap.internal.ring.Ring")));
    }

    @BeforeAll
    static void importClasses() {
        Path root = Path.of(System.getProperty("engram.root"));
        Path core = root.resolve("replay-core/target/classes");
        assertThat(core).isDirectory();
        Path offheap = root.resolve("replay-offheap/target/classes");
        libraries = new ClassFileImporter()
                .importPaths(Stream.of(core, offheap).filter(Files::exists).toList());
        violations = new ClassFileImporter().importPackages(FIXTURE);
    }

    @TestFactory
    Stream<DynamicTest> librariesKeepTheRule() {
        return cases().map(c ->
                DynamicTest.dynamicTest(c.name(), () -> c.rule().apply(RULES).check(libraries)));
    }

    @TestFactory
    Stream<DynamicTest> plantedViolationIsReported() {
        return cases().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            List<String> report = c.rule()
                    .apply(FIXTURE_RULES)
                    .evaluate(violations)
                    .getFailureReport()
                    .getDetails();
            assertThat(c.culprits())
                    .as(c.name())
                    .allSatisfy(culprit -> assertThat(report).anyMatch(line -> line.contains(FIXTURE + "." + culprit)));
            assertThat(report)
                    .as(c.name())
                    .allMatch(line -> c.culprits().stream().anyMatch(line::contains));
        }));
    }
}
