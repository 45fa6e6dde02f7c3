package io.engram.replay.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.StreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamRegistryTest {
    private final List<String> told = new ArrayList<>();
    private final StreamRegistry registry = new StreamRegistry((id, name) -> told.add(id + "=" + name));

    @Test
    void newStreamsAreNumberedFromZeroAndTheOwnerIsToldOnce() {
        assertThat(registry.open("a")).isEqualTo(0);
        assertThat(registry.open("b")).isEqualTo(1);
        registry.close(0);
        assertThat(registry.open("a")).isEqualTo(0);
        assertThat(told).containsExactly("0=a", "1=b");
        assertThat(registry.names()).isEqualTo(Map.of(0, "a", 1, "b"));
    }

    @Test
    void openStreamCannotBeOpenedAgain() {
        registry.open("a");
        assertThatThrownBy(() -> registry.open("a"))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("'a'");
    }

    @Test
    void badNamesAreRefused() {
        String surrogate = "x" + (char) 0xd800;
        for (String name : List.of("", "x".repeat(201), "a\nb", "a\u0000", "\u0085", "\u007f", surrogate)) {
            assertThatThrownBy(() -> registry.open(name))
                    .as("length %d", name.length())
                    .isInstanceOf(StreamException.class);
        }
        assertThat(told).isEmpty();
        assertThat(registry.open("x".repeat(200))).isEqualTo(0);
        assertThat(registry.open("Läufer 7/α")).isEqualTo(1);
    }

    @Test
    void severalAreOpenedAllOrNone() {
        registry.open("b");
        for (List<String> names :
                List.of(List.of("a", "b"), List.of("a", "c", "a"), List.of("a", ""), List.<String>of())) {
            assertThatThrownBy(() -> registry.openAll(names)).isInstanceOf(StreamException.class);
        }
        assertThat(told).containsExactly("0=b");
        assertThat(registry.openAll(List.of("c", "a"))).containsExactly(1, 2);
    }

    @Test
    void streamThatItsOwnerCannotKeepIsNotRegistered() {
        List<String> kept = new ArrayList<>();
        StreamRegistry full = new StreamRegistry((id, name) -> {
            if (kept.size() == 1) {
                throw new IllegalStateException("full");
            }
            kept.add(id + "=" + name);
        });
        assertThatThrownBy(() -> full.openAll(List.of("a", "b"))).hasMessage("full");
        assertThat(full.names()).isEqualTo(Map.of(0, "a"));
        assertThat(full.open("a")).isEqualTo(0);
        kept.clear();
        assertThat(full.open("b")).isEqualTo(1);
        assertThat(kept).containsExactly("1=b");
    }

    @Test
    void restoredStreamKeepsItsNumberAndIsClosed() {
        registry.restore(5, "old");
        assertThat(registry.open("new")).isEqualTo(6);
        assertThat(registry.open("old")).isEqualTo(5);
        assertThat(told).containsExactly("6=new");
    }

    @Test
    void restoringTakenOrBadIsRefused() {
        registry.restore(5, "old");
        assertThatThrownBy(() -> registry.restore(5, "other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("id=5");
        assertThatThrownBy(() -> registry.restore(6, "old")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.restore(-1, "negative")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.restore(7, "a\tb")).isInstanceOf(StreamException.class);
    }
}
