/**
 * Sample agents that learn from a replay memory, and the command line that runs them. {@link io.engram.examples.Dqn}
 * and {@link io.engram.examples.PrioritizedDqn} are the algorithms, to be read from top to bottom and side by side;
 * {@link io.engram.examples.TrainingRun} is everything around them.
 */
@NullMarked
package io.engram.examples;

import org.jspecify.annotations.NullMarked;
