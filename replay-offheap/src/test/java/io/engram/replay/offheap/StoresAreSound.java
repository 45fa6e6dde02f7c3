package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.io.TempDir;

/**
 * After every test of this module the memories in its temporary directories are checked, unless one is open still or
 * the test {@link DamagesStores}. Found by JUnit itself: {@code junit-platform.properties}.
 */
public final class StoresAreSound implements AfterEachCallback, AfterAllCallback, InvocationInterceptor {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(StoresAreSound.class);
    private static final int DEPTH = 4;

    /** For JUnit. */
    public StoresAreSound() {}

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext context)
            throws Throwable {
        noteParameters(invocationContext, context);
        invocation.proceed();
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext context)
            throws Throwable {
        noteParameters(invocationContext, context);
        invocation.proceed();
    }

    private static void noteParameters(ReflectiveInvocationContext<Method> invocation, ExtensionContext context) {
        List<Path> places = new ArrayList<>();
        for (int i = 0; i < invocation.getArguments().size(); i++) {
            boolean temporary = invocation.getExecutable().getParameters()[i].isAnnotationPresent(TempDir.class);
            if (temporary && invocation.getArguments().get(i) instanceof Path place) {
                places.add(place);
            }
        }
        context.getStore(NAMESPACE).put("places", places);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        boolean damaged = context.getRequiredTestMethod().isAnnotationPresent(DamagesStores.class)
                || context.getRequiredTestClass().isAnnotationPresent(DamagesStores.class);
        if (damaged || context.getExecutionException().isPresent()) {
            return;
        }
        List<Path> places = new ArrayList<>();
        if (context.getStore(NAMESPACE).get("places") instanceof List<?> noted) {
            noted.forEach(place -> places.add((Path) place));
        }
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Class<?> type = instance.getClass(); type != Object.class; type = type.getSuperclass()) {
                addFields(type, instance, places);
            }
        }
        for (Path place : places) {
            requireSoundMemories(place);
        }
    }

    /** Directories that the tests of a class share. */
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Class<?> type = context.getRequiredTestClass();
        if (!type.isAnnotationPresent(DamagesStores.class)) {
            List<Path> places = new ArrayList<>();
            addFields(type, null, places);
            for (Path place : places) {
                requireSoundMemories(place);
            }
        }
    }

    /** Those of the instance, or the static ones without. */
    private static void addFields(Class<?> type, Object instance, List<Path> places) throws IllegalAccessException {
        for (Field field : type.getDeclaredFields()) {
            boolean wanted = Modifier.isStatic(field.getModifiers()) == (instance == null);
            if (wanted && field.isAnnotationPresent(TempDir.class)) {
                field.setAccessible(true);
                if (field.get(instance) instanceof Path place) {
                    places.add(place);
                }
            }
        }
    }

    private static void requireSoundMemories(Path place) throws IOException {
        List<Path> heads;
        try (Stream<Path> files = Files.find(
                place,
                DEPTH,
                (file, attributes) -> file.endsWith(SuperblockDescriptor.FILE_NAME)
                        && attributes.isRegularFile()
                        && !isOfSnapshot(file))) {
            heads = files.toList();
        }
        for (Path head : heads) {
            requireSound(head.getParent());
        }
    }

    /** Those are checked with their memory. */
    private static boolean isOfSnapshot(Path file) {
        return file.getParent().getParent().endsWith(ManifestDescriptor.DIRECTORY)
                || Files.exists(file.resolveSibling(ManifestDescriptor.FILE_NAME));
    }

    private static void requireSound(Path directory) {
        CheckReport report;
        try {
            report = StoreCheck.of(directory).run();
        } catch (StoreLockedException e) {
            // It is open: a memory that a stopped thread keeps, or one of another process that will be killed.
            return;
        }
        if (report.count(CheckReport.Severity.ERROR) + report.count(CheckReport.Severity.WARNING) > 0) {
            throw new AssertionError("the test left a memory that is not sound: " + report.findings());
        }
    }
}
