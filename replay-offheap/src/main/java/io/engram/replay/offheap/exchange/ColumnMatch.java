package io.engram.replay.offheap.exchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds the columns that a file has to those that a schema wants. */
final class ColumnMatch {
    /** Without them rows are numbered as they come, and are of version 0 of the policy. */
    private static final Set<String> OPTIONAL = Set.of(RecordLayout.SEQUENCE, RecordLayout.POLICY);

    private ColumnMatch() {}

    /** Returns those of the wanted that are there; throws if one is missing or differs, or another one is there. */
    static List<RecordColumn> require(
            List<RecordColumn> wanted, Map<String, RecordColumn> found, Set<String> extras, String file) {
        List<RecordColumn> matched = new ArrayList<>();
        Set<String> unknown = new HashSet<>(found.keySet());
        for (RecordColumn column : wanted) {
            RecordColumn there = found.get(column.name());
            unknown.remove(column.name());
            if (there == null) {
                if (!OPTIONAL.contains(column.name())) {
                    throw new ExchangeException("a column is missing: file=" + file + ", column=" + column.name()
                            + ", expected " + describe(column) + ", found " + sorted(found.keySet()));
                }
            } else if (there.dtype() != column.dtype() || !there.shape().equals(column.shape())) {
                throw new ExchangeException("a column is not as the schema says: file=" + file + ", column="
                        + column.name() + ", found " + describe(there) + ", expected " + describe(column));
            } else {
                matched.add(column);
            }
        }
        unknown.removeAll(extras);
        if (!unknown.isEmpty()) {
            throw new ExchangeException("columns that the schema does not have: file=" + file + ", columns="
                    + sorted(unknown) + "; leave them out, or name them in the schema");
        }
        return matched;
    }

    static boolean hasSequences(Collection<RecordColumn> matched) {
        return matched.stream().anyMatch(column -> column.name().equals(RecordLayout.SEQUENCE));
    }

    private static String describe(RecordColumn column) {
        return column.dtype().text() + column.shape();
    }

    private static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }
}
