package io.engram.examples;

import io.engram.replay.PriorityIndex;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How an agent's memory is sampled. Exponents are those of Schaul et al. 2016, table 3. */
enum MemoryKind {
    /** Every transition alike. */
    UNIFORM(0),
    /** In proportion to absolute TD errors. */
    PRIORITIZED(0.4),
    /** By the ranks of absolute TD errors. */
    RANK(0.5);

    private final double firstBeta;

    MemoryKind(double firstBeta) {
        this.firstBeta = firstBeta;
    }

    /** The kind of that name on the command line; throws {@link UsageException} if there is none. */
    static MemoryKind named(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findAny()
                .orElseThrow(() -> new UsageException("there is no memory '" + label + "'; there are "
                        + Arrays.stream(values()).map(MemoryKind::label).collect(Collectors.joining(", "))));
    }

    /** The name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The priorities that the memory keeps; none if it is uniform. */
    PriorityIndex[] priorities() {
        return switch (this) {
            case UNIFORM -> new PriorityIndex[0];
            case PRIORITIZED ->
                new PriorityIndex[] {
                    PriorityIndex.proportional(PriorityIndex.DEFAULT_NAME)
                            .alpha(0.6)
                            .build()
                };
            case RANK ->
                new PriorityIndex[] {
                    PriorityIndex.rankBased(PriorityIndex.DEFAULT_NAME)
                            .alpha(0.7)
                            .build()
                };
        };
    }

    /** How much importance weights correct at first; 0 if it is uniform. */
    double firstBeta() {
        return firstBeta;
    }
}
