package io.engram.replay.offheap.internal.platform;

import io.engram.replay.offheap.UnsupportedPlatformException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import org.agrona.UnsafeApi;

/** Checks once, before the first byte of off-heap memory is touched. */
public final class Platform {
    private static final List<String> ARCHITECTURES = List.of("amd64", "x86_64", "aarch64", "arm64");
    private static final List<String> SYSTEMS = List.of("linux", "mac os x");
    private static final String FLAG = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

    private Platform() {}

    /**
     * Throws unless an off-heap memory can run here.
     *
     * @throws UnsupportedPlatformException with what is missing and what to do
     */
    public static void require() {
        require(System.getProperty("os.name"), System.getProperty("os.arch"), ByteOrder.nativeOrder());
        requireAccess(() -> UnsafeApi.pageSize());
    }

    static void require(String system, String architecture, ByteOrder order) {
        if (!ARCHITECTURES.contains(architecture.toLowerCase(Locale.ROOT))
                || !SYSTEMS.contains(system.toLowerCase(Locale.ROOT))
                || order != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedPlatformException("Engram's off-heap memory does not run here: os.name=" + system
                    + ", os.arch=" + architecture + ", byte order=" + order
                    + ", expected Linux or macOS on x86-64 or AArch64; use HeapReplayMemory instead");
        }
    }

    static void requireAccess(Runnable firstUse) {
        try {
            firstUse.run();
        } catch (LinkageError e) {
            throw new UnsupportedPlatformException(
                    "the JVM does not let Engram reach off-heap memory; add the flag " + FLAG
                            + " to the java command (or Add-Exports: java.base/jdk.internal.misc to the manifest of a"
                            + " runnable jar)",
                    e);
        }
    }
}
