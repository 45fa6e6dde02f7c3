/**
 * Races that jcstress provokes, run by {@link io.engram.replay.offheap.stress.StressTest}: a few seconds in the default
 * build, hours with {@code mvn verify -Pstress} (minutes with {@code -Dengram.stress.mode=quick} too).
 *
 * <p>To add one, write a public class named {@code ...Stress} with {@code @JCStressTest}, {@code @State} and an
 * {@code @Outcome} for every result, here or in the package of what it tests; nothing is to be registered. Say in its
 * Javadoc which bug it would catch, and name each outcome by its effect. Put off-heap state into a slot of
 * {@link io.engram.replay.offheap.stress.Slots}. A class named {@code Planted...Stress} holds a bug on purpose: the
 * build fails unless jcstress reports it.
 *
 * <p>What is expected is ACCEPTABLE; what must not happen is FORBIDDEN, and so is any result that no outcome matches. A
 * test with more actors than the machine has processors runs too, with threads that yield instead of spinning.
 */
@NullMarked
package io.engram.replay.offheap.stress;

import org.jspecify.annotations.NullMarked;
