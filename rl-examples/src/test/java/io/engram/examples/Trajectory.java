package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A reference episode from {@code resources/trajectories}, made by the Python program there.
 *
 * @param name what happens in it
 * @param start the state it begins in
 * @param first the first observation, as words
 * @param steps all that were taken
 */
record Trajectory(String name, double[] start, List<String> first, List<Step> steps) {
    /** A rounding to float, twice over. */
    private static final double RELATIVE_TOLERANCE = 1.2e-7;

    /** For what passes zero. */
    private static final double ABSOLUTE_TOLERANCE = 1e-9;

    /** All of an environment. */
    static List<Trajectory> of(String environment) throws IOException {
        List<Trajectory> trajectories = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Trajectory.class.getResourceAsStream("/trajectories/" + environment + ".txt"),
                StandardCharsets.US_ASCII))) {
            String name = "";
            double[] start = {};
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<String> words = Arrays.asList(line.split(" ", -1));
                switch (words.get(0)) {
                    case "#" -> {}
                    case "episode" -> name = line.substring("episode ".length());
                    case "start" -> start = numbers(words.subList(1, words.size()));
                    case "first" ->
                        trajectories.add(
                                new Trajectory(name, start, words.subList(1, words.size()), new ArrayList<>()));
                    default -> trajectories.get(trajectories.size() - 1).steps.add(Step.of(words));
                }
            }
        }
        return trajectories;
    }

    /** Takes all steps; observations are floats and must be the reference's but for rounding. */
    void follow(Environment environment, Observation begun) {
        compare(begun, first, -1);
        for (int i = 0; i < steps.size(); i++) {
            Step expected = steps.get(i);
            Environment.Step step = environment.step(expected.action);
            compare(step.observation(), expected.observation, i);
            compareEnds(step, expected, i);
        }
    }

    /** Reward and flags, exactly. */
    void compareEnds(Environment.Step step, Step expected, int i) {
        assertThat(step.reward()).as("%s, reward of step %d", name, i).isEqualTo(expected.reward);
        assertThat(step.terminated()).as("%s, terminated at step %d", name, i).isEqualTo(expected.terminated);
        assertThat(step.truncated()).as("%s, truncated at step %d", name, i).isEqualTo(expected.truncated);
    }

    private void compare(Observation observation, List<String> expected, int i) {
        float[] values = ((Observation.Floats) observation).values();
        assertThat(values).hasSize(expected.size());
        for (int j = 0; j < values.length; j++) {
            double value = Double.parseDouble(expected.get(j));
            double tolerance = Math.max(RELATIVE_TOLERANCE * Math.abs(value), ABSOLUTE_TOLERANCE);
            assertThat((double) values[j])
                    .as("%s, observation %d after step %d", name, j, i)
                    .isCloseTo(value, within(tolerance));
        }
    }

    /** The last step. */
    Step last() {
        return steps.get(steps.size() - 1);
    }

    private static double[] numbers(List<String> words) {
        return words.stream().mapToDouble(Double::parseDouble).toArray();
    }

    /**
     * A step.
     *
     * @param action what was done
     * @param reward what it earned
     * @param terminated the new state is final
     * @param truncated time is up
     * @param observation the new one, as words
     */
    record Step(int action, float reward, boolean terminated, boolean truncated, List<String> observation) {
        private static Step of(List<String> words) {
            return new Step(
                    Integer.parseInt(words.get(0)),
                    Float.parseFloat(words.get(1)),
                    words.get(2).equals("1"),
                    words.get(3).equals("1"),
                    words.subList(4, words.size()));
        }

        /** One of the numbers observed. */
        double number(int index) {
            return Double.parseDouble(observation.get(index));
        }
    }
}
