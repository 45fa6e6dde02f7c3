package io.engram.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;

/**
 * The arrows between packages. All names hang below one root, so that the same rules can be held against a small tree
 * of violations.
 */
final class ArchitectureRules {
    private static final Set<String> BLOCKING_CALLS = Set.of(
            "java.lang.Object.wait",
            "java.lang.Thread.sleep",
            "java.lang.Thread.join",
            "java.lang.Thread.yield",
            "java.lang.Process.waitFor");

    private final String root;
    private final String chronicle;

    /**
     * Rules for one tree of packages.
     *
     * @param root the package above {@code replay}, {@code examples} and {@code jmh}
     * @param chronicle the package of Chronicle Map and what it brings
     */
    ArchitectureRules(String root, String chronicle) {
        this.root = root;
        this.chronicle = chronicle;
    }

    /** replay-core stands alone. */
    ArchRule coreDependsOnNoOtherModule() {
        return noClasses()
                .that(resideInAPackage(root + ".replay.."))
                .and(not(resideInAPackage(root + ".replay.offheap..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(root + ".replay.offheap..", examples(), jmh()))
                .allowEmptyShould(true);
    }

    /** Both libraries know nothing of the programs built on them, and the programs nothing of each other. */
    ArchRule nothingDependsOnPrograms() {
        return noClasses()
                .that(not(resideInAPackage(examples())))
                .should()
                .dependOnClassesThat(resideInAPackage(examples()))
                .allowEmptyShould(true);
    }

    /** See {@link #nothingDependsOnPrograms}. */
    ArchRule nothingDependsOnBenchmarks() {
        return noClasses()
                .that(not(resideInAPackage(jmh())))
                .should()
                .dependOnClassesThat(resideInAPackage(jmh()))
                .allowEmptyShould(true);
    }

    /**
     * Packages form no cycle. A public package counts as two: entries, which use internals, and the words that
     * internals use in turn, such as exceptions.
     */
    ArchRule packagesFormNoCycle() {
        return slices().assignedFrom(new Packages(root))
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true);
    }

    /** Bytes reach the disk in one place. */
    ArchRule onlyTheStoreTouchesFileChannels() {
        return noClasses()
                .that(resideInAPackage(root + ".replay.."))
                .and(not(resideInAPackage(root + ".replay.offheap.internal.store..")))
                .should()
                .dependOnClassesThat(
                        belongToAnyOf(FileChannel.class, AsynchronousFileChannel.class, RandomAccessFile.class))
                .allowEmptyShould(true);
    }

    /** Chronicle Map stays optional. */
    ArchRule onlyTheCatalogueTouchesChronicle() {
        return noClasses()
                .that(not(resideInAnyPackage(root + ".replay.offheap.internal.catalogue..", chronicle + "..")))
                .should()
                .dependOnClassesThat(resideInAPackage(chronicle + ".."))
                .allowEmptyShould(true);
    }

    /** Users of the library do not get what its command line is made with. */
    ArchRule onlyTheCommandLineTouchesPicocli() {
        return noClasses()
                .that(resideInAPackage(root + ".replay.."))
                .and(not(resideInAPackage(root + ".replay.offheap.cli..")))
                .should()
                .dependOnClassesThat(resideInAPackage("picocli.."))
                .allowEmptyShould(true);
    }

    /** The command line is above all else, and uses what users see. */
    ArchRule nothingDependsOnTheCommandLine() {
        return noClasses()
                .that(not(resideInAPackage(root + ".replay.offheap.cli..")))
                .should()
                .dependOnClassesThat(resideInAPackage(root + ".replay.offheap.cli.."))
                .allowEmptyShould(true);
    }

    /** The off-heap memory's inside is its own; benchmarks may look. */
    ArchRule offheapInternalsStayInside() {
        return noClasses()
                .that(not(resideInAnyPackage(root + ".replay.offheap..", jmh())))
                .should()
                .dependOnClassesThat(resideInAPackage(root + ".replay.offheap.internal.."))
                .allowEmptyShould(true);
    }

    /** What the memories share is for memories only; benchmarks may look. */
    ArchRule sharedInternalsStayInside() {
        return noClasses()
                .that(not(resideInAnyPackage(root + ".replay..", jmh())))
                .should()
                .dependOnClassesThat(resideInAPackage(root + ".replay.internal.."))
                .allowEmptyShould(true);
    }

    /** On the hot path there is no lock and nothing to wait for. Synchronized blocks are {@link TidyRules}' to find. */
    ArchRule hotPathUsesNothingThatBlocks() {
        return noClasses()
                .that(resideInAnyPackage(hotPath()))
                .should()
                .dependOnClassesThat(blocking())
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "the target blocks", call -> BLOCKING_CALLS.contains(nameOf(call.getTarget()))))
                .allowEmptyShould(true);
    }

    /** See {@link #hotPathUsesNothingThatBlocks}. */
    ArchRule hotPathHasNoSynchronizedMethod() {
        return noMethods()
                .that()
                .areDeclaredInClassesThat(resideInAnyPackage(hotPath()))
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> blocking() {
        return resideInAPackage("java.util.concurrent.locks..")
                .or(belongToAnyOf(Semaphore.class, CountDownLatch.class, CyclicBarrier.class))
                .or(belongToAnyOf(Phaser.class, Exchanger.class))
                .or(assignableTo(BlockingQueue.class))
                .or(assignableTo(Future.class))
                .as("block");
    }

    private static String nameOf(AccessTarget target) {
        return target.getOwner().getName() + "." + target.getName();
    }

    private String[] hotPath() {
        String internal = root + ".replay.offheap.internal.";
        return new String[] {
            internal + "ring..",
            internal + "sample..",
            internal + "tree..",
            internal + "epoch..",
            internal + "journal.."
        };
    }

    private String examples() {
        return root + ".examples..";
    }

    private String jmh() {
        return root + ".jmh..";
    }

    /** Slices for {@link #packagesFormNoCycle}. */
    private record Packages(String root) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith(root + ".")
                    ? SliceIdentifier.of(type.getPackageName(), isEntry(type, new HashSet<>()) ? "entries" : "words")
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages below " + root;
        }

        private static boolean isEntry(JavaClass type, Set<JavaClass> seen) {
            return seen.add(type)
                    && !isInternal(type)
                    && type.getDirectDependenciesFromSelf().stream()
                            .map(Dependency::getTargetClass)
                            .anyMatch(target -> isInternal(target)
                                    || (target.getPackageName().equals(type.getPackageName())
                                            && isEntry(target, seen)));
        }

        private static boolean isInternal(JavaClass type) {
            return type.getPackageName().contains(".internal");
        }
    }
}
