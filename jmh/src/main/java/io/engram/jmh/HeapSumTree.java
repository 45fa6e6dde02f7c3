package io.engram.jmh;

/**
 * The usual sum tree: binary, of floats, in one array on the heap; node i has the children 2i and 2i + 1, the leaves
 * come last. Sums drift as floats do, and a draw may fall beside the last leaf. For one thread.
 */
final class HeapSumTree {
    private final float[] sums;
    private final int leaves;
    private final int used;

    HeapSumTree(int used) {
        this.used = used;
        this.leaves = used <= 1 ? 1 : Integer.highestOneBit(used - 1) << 1;
        this.sums = new float[2 * leaves];
    }

    float total() {
        return sums[1];
    }

    float mass(int leaf) {
        return sums[leaves + leaf];
    }

    void set(int leaf, float mass) {
        int node = leaves + leaf;
        sums[node] = mass;
        for (node >>= 1; node > 0; node >>= 1) {
            sums[node] = sums[2 * node] + sums[2 * node + 1];
        }
    }

    /** The leaf that a part of the total falls into. */
    int find(float part) {
        float left = part;
        int node = 1;
        while (node < leaves) {
            node <<= 1;
            if (left >= sums[node]) {
                left -= sums[node];
                node++;
            }
        }
        return Math.min(node - leaves, used - 1);
    }
}
