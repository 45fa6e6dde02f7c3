package io.engram.replay.offheap.exchange;

import java.nio.file.Path;

/**
 * What an export or import did.
 *
 * @param path what was made
 * @param format of what was read or written
 * @param rows that were taken over
 * @param elements of the arrays: the rows, or with {@link ExchangeFormat#TENSORDICT} the transitions
 * @param episodes that were taken over
 * @param gone rows of the window that left it before they were read, which only a memory in use has
 * @param damaged rows that did not match their checksums, and were left out
 */
public record ExchangeReport(
        Path path, ExchangeFormat format, long rows, long elements, long episodes, long gone, long damaged) {}
