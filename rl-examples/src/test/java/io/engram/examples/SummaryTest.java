package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class SummaryTest {
    @Test
    void jsonHasExactlyTheseKeys() {
        JsonObject json = parse(new Summary(CartPole.NAME, "rank", 3, 500, 7, 21.5, 400L, 100, 500, 600, "ab", 1.25));
        assertThat(json.keySet())
                .containsExactly(
                        "env",
                        "memory",
                        "seed",
                        "steps",
                        "episodes",
                        "meanReturn100",
                        "solvedAtStep",
                        "resumedFromStep",
                        "memorySize",
                        "memoryAppended",
                        "weightsSha256",
                        "wallSeconds");
        assertThat(json.get("env").getAsString()).isEqualTo("CartPole-v1");
        assertThat(json.get("memory").getAsString()).isEqualTo("rank");
        assertThat(json.get("steps").getAsLong()).isEqualTo(500);
        assertThat(json.get("meanReturn100").getAsDouble()).isEqualTo(21.5);
        assertThat(json.get("solvedAtStep").getAsLong()).isEqualTo(400);
        assertThat(json.get("wallSeconds").getAsDouble()).isEqualTo(1.25);
    }

    @Test
    void whatThereIsNotIsNull() {
        JsonObject json = parse(new Summary(CartPole.NAME, "rank", 3, 5, 0, null, null, 0, 5, 5, "ab", 1));
        assertThat(json.get("meanReturn100").isJsonNull()).isTrue();
        assertThat(json.get("solvedAtStep").isJsonNull()).isTrue();
    }

    @Test
    void textIsEscaped() {
        String awkward = "a\"b\\c\nd\u0001é";
        assertThat(parse(new Summary(awkward, "rank", 3, 5, 0, null, null, 0, 5, 5, "ab", 1))
                        .get("env")
                        .getAsString())
                .isEqualTo(awkward);
    }

    private static JsonObject parse(Summary summary) {
        return JsonParser.parseString(summary.toJson()).getAsJsonObject();
    }
}
