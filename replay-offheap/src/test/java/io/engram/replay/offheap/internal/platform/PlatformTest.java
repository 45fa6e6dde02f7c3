package io.engram.replay.offheap.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.Schema;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Storage;
import io.engram.replay.offheap.UnsupportedPlatformException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PlatformTest {
    @Test
    void supportedPlatformsAreAccepted() {
        for (String system : new String[] {"Linux", "Mac OS X"}) {
            for (String architecture : new String[] {"amd64", "x86_64", "aarch64"}) {
                assertThatCode(() -> Platform.require(system, architecture, ByteOrder.LITTLE_ENDIAN))
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void otherPlatformsAreNamedInTheRefusal() {
        assertThatThrownBy(() -> Platform.require("Windows 11", "amd64", ByteOrder.LITTLE_ENDIAN))
                .isInstanceOf(UnsupportedPlatformException.class)
                .hasMessageContainingAll("os.name=Windows 11", "expected Linux or macOS", "HeapReplayMemory");
        assertThatThrownBy(() -> Platform.require("Linux", "s390x", ByteOrder.BIG_ENDIAN))
                .isInstanceOf(UnsupportedPlatformException.class)
                .hasMessageContainingAll("os.arch=s390x", "byte order=BIG_ENDIAN");
    }

    @Test
    void jvmWithoutTheFlagSaysWhichToAdd() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenVolatileMemory.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(OpenVolatileMemory.REFUSED);
        assertThat(output)
                .contains("add the flag --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED to the java command");
    }

    /** Run by a JVM of its own, without flags. */
    static final class OpenVolatileMemory {
        static final int REFUSED = 3;

        private OpenVolatileMemory() {}

        public static void main(String[] args) {
            Schema schema = Schema.builder().observation(DType.F32, 4).build();
            try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, 10)
                    .storage(Storage.VOLATILE)
                    .open()) {
                System.out.println("opened, size=" + memory.size());
            } catch (UnsupportedPlatformException e) {
                System.out.println(e.getMessage());
                System.exit(REFUSED);
            }
        }
    }
}
