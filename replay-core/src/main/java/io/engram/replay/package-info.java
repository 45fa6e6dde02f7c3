/**
 * What a trainer holds: a {@link io.engram.replay.Schema}, a {@link io.engram.replay.ReplayMemory}, one
 * {@link io.engram.replay.StreamWriter} an actor, one {@link io.engram.replay.Sampler} a learner thread, and the
 * {@link io.engram.replay.Batch} it fills.
 */
@NullMarked
package io.engram.replay;

import org.jspecify.annotations.NullMarked;
