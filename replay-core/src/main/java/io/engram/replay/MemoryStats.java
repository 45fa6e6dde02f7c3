package io.engram.replay;

/**
 * What a memory has done, counted since it was opened unless said otherwise.
 *
 * @param size rows held now
 * @param capacity rows held at most
 * @param appendedRows rows appended in the memory's whole life, those lost to a crash while being written included
 * @param appendedTransitions transitions appended
 * @param sampledBatches batches filled
 * @param sampledTransitions transitions delivered
 * @param redraws draws that had to be repeated, for whatever reason
 * @param tornReads redraws because a row changed while it was copied
 * @param steppedDraws draws by priority that fell again and again on mass that no transition had any more, and took
 *     the next transition instead
 * @param lostRaces appends that had to claim again because their slot was closed under them
 * @param failedAppends appends that threw because no room could be made
 * @param priorityUpdates priorities set, of transitions that were the ones meant
 * @param staleUpdates priorities that reached nothing: their transitions were overwritten or erased, had none, or their
 *     handles were of another incarnation
 * @param clampedPriorities priorities whose mass was beyond what an index holds
 * @param storedBytes bytes of memory or disk that hold rows, prepared room included
 * @param pinnedBytes bytes that could be freed but for a thread stopped in the middle of an operation
 */
public record MemoryStats(
        long size,
        long capacity,
        long appendedRows,
        long appendedTransitions,
        long sampledBatches,
        long sampledTransitions,
        long redraws,
        long tornReads,
        long steppedDraws,
        long lostRaces,
        long failedAppends,
        long priorityUpdates,
        long staleUpdates,
        long clampedPriorities,
        long storedBytes,
        long pinnedBytes) {}
