package io.engram.replay.offheap;

/** What a name in a {@link SimulatedDirectory} stands for. */
sealed interface SimulatedNode permits SimulatedInode, SimulatedDirectory {}
