/**
 * Sample agents that learn from a replay memory, and the command line that runs them. {@link io.engram.examples.Dqn}
 * is the algorithm, to be read from top to bottom; {@link io.engram.examples.TrainingRun} is everything around it.
 */
@NullMarked
package io.engram.examples;

import org.jspecify.annotations.NullMarked;
