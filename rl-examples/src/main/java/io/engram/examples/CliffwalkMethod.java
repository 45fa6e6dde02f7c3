package io.engram.examples;

import io.engram.replay.PriorityIndex;
import org.jspecify.annotations.Nullable;

/** How the next transition to learn from is chosen. */
enum CliffwalkMethod {
    /** Each stored transition alike. */
    UNIFORM("uniform"),
    /** Rank-based, with the paper's exponent for it. */
    RANK("rank 0.7"),
    /** Proportional, with the paper's exponent for it. */
    PROPORTIONAL("proportional 0.6"),
    /** Proportional to the TD error itself. */
    FULLY_PROPORTIONAL("proportional 1"),
    /** Always the stored transition with the greatest absolute TD error as last seen. Not a sampler. */
    GREEDY("greedy"),
    /** Always the one that lowers the error most, which nobody can know who does not know the truth. Not a sampler. */
    ORACLE("oracle");

    private static final double EPSILON = 1e-4;
    private static final int RANKINGS = 30;

    private final String label;

    CliffwalkMethod(String label) {
        this.label = label;
    }

    /** The name in tables. */
    String label() {
        return label;
    }

    /** The name of the priorities it draws by. */
    String indexName() {
        return label.replace(' ', '-').replace('.', '_');
    }

    /**
     * The priorities it draws by; null if it needs none.
     *
     * <p>All transitions are stored before any is learned from, so all begin with the historical maximum, which is 1:
     * about the greatest TD error there can be, so each is seen soon. Epsilon is small beside the errors that are still
     * worth learning from, some 0.03 when the goal is near, but keeps what was once in order from being forgotten. The
     * paper's ranks are those of the moment; here they are made anew {@value #RANKINGS} times in as many updates as
     * there are transitions. A thousand times saves 2 to 6 % of the updates, once (the default) costs 50 to 80 % more.
     */
    @Nullable
    PriorityIndex priorities(BlindCliffwalk walk) {
        return switch (this) {
            case RANK ->
                PriorityIndex.rankBased(indexName())
                        .alpha(0.7)
                        .epsilon(EPSILON)
                        .rerankEvery(Math.max(1, walk.transitions() / RANKINGS))
                        .build();
            case PROPORTIONAL ->
                PriorityIndex.proportional(indexName())
                        .alpha(0.6)
                        .epsilon(EPSILON)
                        .build();
            case FULLY_PROPORTIONAL ->
                PriorityIndex.proportional(indexName())
                        .alpha(1)
                        .epsilon(EPSILON)
                        .build();
            case UNIFORM, GREEDY, ORACLE -> null;
        };
    }
}
