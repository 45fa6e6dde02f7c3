package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CatchTest {
    private final Catch environment = new Catch(new SplitMix64(7));

    static List<Trajectory> trajectories() throws IOException {
        return Trajectory.of(Catch.NAME);
    }

    /** Positions, and every pixel by the hash of all. */
    @ParameterizedTest
    @MethodSource("trajectories")
    void episodeIsTheReferenceEpisode(Trajectory trajectory) {
        assertThat(words(environment.begin((int) trajectory.start()[0]))).isEqualTo(trajectory.first());
        for (int i = 0; i < trajectory.steps().size(); i++) {
            Trajectory.Step expected = trajectory.steps().get(i);
            Environment.Step step = environment.step(expected.action());
            assertThat(words(step.observation()))
                    .as("%s, step %d", trajectory.name(), i)
                    .isEqualTo(expected.observation());
            trajectory.compareEnds(step, expected, i);
        }
        assertThat(trajectory.last().terminated()).isTrue();
        assertThatThrownBy(() -> environment.step(1)).isInstanceOf(IllegalStateException.class);
    }

    private List<String> words(Observation observation) {
        int[] state = environment.state();
        return List.of(
                Integer.toString(state[0]),
                Integer.toString(state[1]),
                Integer.toString(state[2]),
                sha256(pixels(observation)));
    }

    /** The picture of a few moments, by hand: the first and the last pixel of each rectangle. */
    @Test
    void ballAndPaddleAreWhiteRectangles() {
        byte[] first = pixels(environment.begin(4));
        assertRectangle(first, 0, 7, 67, 83);
        assertRectangle(first, 75, 83, 33, 49);
        assertThat(white(first)).isEqualTo(8 * 17 + 9 * 17);

        byte[] second = pixels(environment.step(0).observation());
        assertRectangle(second, 8, 15, 67, 83);
        assertRectangle(second, 75, 83, 16, 32);

        environment.begin(0);
        for (int i = 0; i < 8; i++) {
            environment.step(0);
        }
        byte[] last = pixels(environment.step(0).observation());
        assertRectangle(last, 75, 83, 0, 15);
        assertThat(white(last)).isEqualTo(9 * 16);
    }

    private static void assertRectangle(byte[] pixels, int top, int bottom, int left, int right) {
        for (int y = top - 1; y <= bottom + 1; y++) {
            for (int x = left - 1; x <= right + 1; x++) {
                boolean inPicture = y >= 0 && y < Catch.PIXELS && x >= 0 && x < Catch.PIXELS;
                boolean inside = y >= top && y <= bottom && x >= left && x <= right;
                if (inPicture) {
                    assertThat(pixels[y * Catch.PIXELS + x] & 0xff)
                            .as("row %d, column %d", y, x)
                            .isEqualTo(inside ? 255 : 0);
                }
            }
        }
    }

    private static int white(byte[] pixels) {
        int white = 0;
        for (byte pixel : pixels) {
            assertThat(pixel).isIn((byte) 0, (byte) 255);
            white += pixel == 0 ? 0 : 1;
        }
        return white;
    }

    @Test
    void ballBeginsInEveryColumnAlike() {
        int[] counts = new int[Catch.COLUMNS];
        int episodes = 10_000;
        for (int i = 0; i < episodes; i++) {
            environment.reset();
            assertThat(environment.state()).startsWith(0).endsWith(2);
            counts[environment.state()[1]]++;
        }
        double chiSquare = 0;
        double expected = (double) episodes / counts.length;
        for (int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        // Four degrees of freedom: beyond this one time in 10,000.
        assertThat(chiSquare).isLessThan(23.5);
    }

    /** Of the images of an episode none is the memory of another. */
    @Test
    void imagesAreNotReused() {
        byte[] first = pixels(environment.begin(1));
        byte[] copy = first.clone();
        environment.step(2);
        assertThat(first).isEqualTo(copy);
    }

    private static byte[] pixels(Observation observation) {
        return ((Observation.Image) observation).pixels();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
