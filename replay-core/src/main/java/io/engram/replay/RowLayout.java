package io.engram.replay;

/**
 * How a transition lies in rows. Samplers return the same batches for both; {@link Schema.Builder#rowLayout} says how
 * to choose.
 */
public enum RowLayout {
    /**
     * A row holds the state of time t with the action, reward and flags of the step that led to it. An episode of T
     * steps is T+1 rows, the first without a step. Each state is stored once.
     */
    ARRIVAL("arrival"),
    /**
     * A row holds state, step and next state: an episode of T steps is T rows. Twice the bytes for states, one place to
     * read a transition from.
     */
    SELF_CONTAINED("self-contained");

    private final String text;

    RowLayout(String text) {
        this.text = text;
    }

    /**
     * The name as it stands in a schema's text.
     *
     * @return the lower-case name
     */
    public String text() {
        return text;
    }

    static RowLayout fromText(String text) {
        for (RowLayout layout : values()) {
            if (layout.text.equals(text)) {
                return layout;
            }
        }
        throw new SchemaException("unknown row layout: layout=" + text + ", expected arrival or self-contained");
    }
}
