package io.engram.replay.offheap.exchange;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A row on its way into a file or out of one: what the row's header says, then the payload as it is stored.
 *
 * <pre>
 *   0          8         16       24       28     32      33           34          35     40
 *  +----------+---------+--------+--------+------+-------+------------+-----------+------+---------+
 *  | sequence | episode | policy | stream | step | first | terminated | truncated | ends | payload |
 *  | i64      | i64     | i64    | i32    | i32  | bool  | bool       | bool      | bool |         |
 *  +----------+---------+--------+--------+------+-------+------------+-----------+------+---------+
 * </pre>
 *
 * <p>{@code ends} is set if one of the two flags before it is. No field can have a name with an {@code @}. Immutable.
 */
final class RecordLayout {
    static final int SEQUENCE_OFFSET = 0;
    static final int EPISODE_OFFSET = 8;
    static final int POLICY_OFFSET = 16;
    static final int STREAM_OFFSET = 24;
    static final int STEP_OFFSET = 28;
    static final int FIRST_OFFSET = 32;
    static final int TERMINATED_OFFSET = 33;
    static final int TRUNCATED_OFFSET = 34;
    static final int ENDS_OFFSET = 35;
    static final int PAYLOAD_OFFSET = 40;

    static final String SEQUENCE = "@sequence";
    static final String POLICY = "@policy";

    private final Schema schema;
    private final PayloadLayout payload;
    private final List<RecordColumn> columns = new ArrayList<>();

    RecordLayout(Schema schema) {
        this.schema = schema;
        this.payload = new PayloadLayout(schema);
        columns.addAll(header());
        columns.add(new RecordColumn("first", DType.BOOL, List.of(), FIRST_OFFSET));
        columns.add(new RecordColumn(Schema.TERMINATED, DType.BOOL, List.of(), TERMINATED_OFFSET));
        columns.add(new RecordColumn(Schema.TRUNCATED, DType.BOOL, List.of(), TRUNCATED_OFFSET));
        payload.slots().forEach(slot -> columns.add(column(slot.column(), slot)));
    }

    private static List<RecordColumn> header() {
        return List.of(
                new RecordColumn(SEQUENCE, DType.I64, List.of(), SEQUENCE_OFFSET),
                new RecordColumn("@episode", DType.I64, List.of(), EPISODE_OFFSET),
                new RecordColumn(POLICY, DType.I64, List.of(), POLICY_OFFSET),
                new RecordColumn("@stream", DType.I32, List.of(), STREAM_OFFSET),
                new RecordColumn("@step", DType.I32, List.of(), STEP_OFFSET));
    }

    private static RecordColumn column(String name, PayloadLayout.Slot slot) {
        Field field = slot.field();
        return new RecordColumn(name, field.dtype(), field.shape(), PAYLOAD_OFFSET + slot.offset());
    }

    Schema schema() {
        return schema;
    }

    PayloadLayout payload() {
        return payload;
    }

    boolean isSelfContained() {
        return schema.rowLayout() == RowLayout.SELF_CONTAINED;
    }

    int length() {
        return PAYLOAD_OFFSET + payload.length();
    }

    /** Of a row a column each. */
    List<RecordColumn> columns() {
        return columns;
    }

    /** What a transition has from the state that it starts from. */
    List<RecordColumn> startColumns() {
        return payload.slots().stream()
                .filter(slot ->
                        slot.field().role() == Role.STATE && !slot.column().startsWith(Schema.NEXT))
                .map(slot -> column(slot.column(), slot))
                .toList();
    }

    /** What a transition has from the row that it leads to: header, step, next state, and why it ended. */
    List<RecordColumn> endColumns() {
        List<RecordColumn> end = new ArrayList<>(header());
        for (PayloadLayout.Slot slot : payload.slots()) {
            boolean state = slot.field().role() == Role.STATE;
            if (!state) {
                end.add(step(slot));
            } else if (!isSelfContained()) {
                end.add(column(Schema.NEXT + slot.column(), slot));
            } else if (slot.column().startsWith(Schema.NEXT)) {
                end.add(column(slot.column(), slot));
            }
        }
        List<Integer> one = List.of(1);
        end.add(new RecordColumn(Schema.NEXT + "done", DType.BOOL, one, ENDS_OFFSET));
        end.add(new RecordColumn(Schema.NEXT + Schema.TERMINATED, DType.BOOL, one, TERMINATED_OFFSET));
        end.add(new RecordColumn(Schema.NEXT + Schema.TRUNCATED, DType.BOOL, one, TRUNCATED_OFFSET));
        return end;
    }

    /** TorchRL looks for the reward beside the next state, and as a column of one. */
    private static RecordColumn step(PayloadLayout.Slot slot) {
        if (!slot.column().equals(Field.REWARD)) {
            return column(slot.column(), slot);
        }
        List<Integer> shape =
                slot.field().shape().isEmpty() ? List.of(1) : slot.field().shape();
        return new RecordColumn(
                Schema.NEXT + Field.REWARD, slot.field().dtype(), shape, PAYLOAD_OFFSET + slot.offset());
    }

    /** A view of a record. */
    static ByteBuffer view(byte[] record) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void putFlags(byte[] record, int flags) {
        record[FIRST_OFFSET] = bit(flags, RowFlags.FIRST);
        record[TERMINATED_OFFSET] = bit(flags, RowFlags.TERMINATED);
        record[TRUNCATED_OFFSET] = bit(flags, RowFlags.TRUNCATED);
        record[ENDS_OFFSET] = bit(flags, RowFlags.TERMINATED | RowFlags.TRUNCATED);
    }

    private static byte bit(int flags, int mask) {
        return (byte) ((flags & mask) == 0 ? 0 : 1);
    }

    static int flags(byte[] record) {
        return (record[FIRST_OFFSET] == 0 ? 0 : RowFlags.FIRST)
                | (record[TERMINATED_OFFSET] == 0 ? 0 : RowFlags.TERMINATED)
                | (record[TRUNCATED_OFFSET] == 0 ? 0 : RowFlags.TRUNCATED);
    }
}
