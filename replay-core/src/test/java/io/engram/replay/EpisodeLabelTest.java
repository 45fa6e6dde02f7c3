package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.internal.LabelText;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpisodeLabelTest {
    @Test
    void labelsComeBackFromTheirBytes() {
        List<String> most = IntStream.range(0, EpisodeLabel.MAX_TAGS)
                .mapToObj(i -> "tag-" + i + "-" + "x".repeat(40))
                .toList();
        for (EpisodeLabel label : List.of(
                EpisodeLabel.NONE,
                EpisodeLabel.ofSubject("a"),
                EpisodeLabel.ofSubject("\u00e4\u4e16\ud83d\ude00".repeat(50), "b", "\u00fc"),
                EpisodeLabel.ofTags("only"),
                EpisodeLabel.of("x".repeat(200), most))) {
            byte[] text = LabelText.encode(label);
            assertThat(text.length).isLessThanOrEqualTo(LabelText.MAX_LENGTH);
            assertThat(LabelText.decode(ByteBuffer.wrap(text))).isEqualTo(label).hasSameHashCodeAs(label);
            for (int length = 0; length < text.length; length++) {
                ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(text, length));
                assertThatThrownBy(() -> LabelText.decode(cut)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void badPartsAreRefusedByName() {
        refused(() -> EpisodeLabel.ofSubject(""), "empty subject", "1 to 200");
        refused(() -> EpisodeLabel.ofSubject("x".repeat(201)), "subject", "length=201", "limit=200");
        refused(() -> EpisodeLabel.ofSubject("a\u0000b"), "subject 'a?b'", "control character");
        refused(() -> EpisodeLabel.ofSubject("a\ud83d"), "surrogate");
        refused(() -> EpisodeLabel.ofTags("a", ""), "empty tag");
        refused(() -> EpisodeLabel.ofTags("x".repeat(101)), "tag", "length=101", "limit=100");
        refused(() -> EpisodeLabel.ofTags("a", "b", "a"), "tag 'a'", "twice");
        List<String> many = IntStream.range(0, 33).mapToObj(i -> "t" + i).toList();
        refused(() -> EpisodeLabel.of(null, many), "tags=33", "limit=32");
        List<String> long32 =
                IntStream.range(0, 32).mapToObj(i -> "x".repeat(70) + i).toList();
        refused(() -> EpisodeLabel.of("s", long32), "limit=2048");
    }

    private static void refused(Runnable call, String... parts) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }
}
