package io.engram.replay.offheap.cli;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.text.JsonText;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rows as lines for people, long arrays shortened, or as JSON with every element. */
final class RowListing {
    private static final int MOST_ELEMENTS = 12;

    private final PayloadLayout layout;
    private final Map<Integer, String> streams;

    RowListing(StoreView view) {
        this.layout = new PayloadLayout(view.superblock().schema());
        this.streams = view.book().streams();
    }

    String text(long sequence, RowCursor row) {
        StringBuilder text = new StringBuilder()
                .append(sequence)
                .append(": episode ")
                .append(row.episode())
                .append(", step ")
                .append(row.step())
                .append(", stream ")
                .append(stream(row))
                .append(", policy ")
                .append(row.policy())
                .append(flag(row, RowFlags.FIRST, ", first"))
                .append(flag(row, RowFlags.TERMINATED, ", terminated"))
                .append(flag(row, RowFlags.TRUNCATED, ", truncated"))
                .append('\n');
        for (PayloadLayout.Slot slot : layout.slots()) {
            List<String> values = values(row.row(), slot, MOST_ELEMENTS);
            int more = slot.field().elements() - values.size();
            text.append("    ")
                    .append(slot.column())
                    .append(" = ")
                    .append(String.join(" ", values))
                    .append(
                            more > 0
                                    ? " ... " + more + " more of "
                                            + slot.field().shape()
                                    : "")
                    .append('\n');
        }
        return text.toString();
    }

    String json(long sequence, RowCursor row) {
        StringBuilder json = new StringBuilder("{\"sequence\": " + sequence + ", \"episode\": " + row.episode()
                + ", \"step\": " + row.step() + ", \"stream\": " + JsonText.quote(stream(row)) + ", \"policy\": "
                + row.policy() + ", \"first\": " + is(row, RowFlags.FIRST) + ", \"terminated\": "
                + is(row, RowFlags.TERMINATED) + ", \"truncated\": " + is(row, RowFlags.TRUNCATED) + ", \"fields\": {");
        String separator = "";
        for (PayloadLayout.Slot slot : layout.slots()) {
            List<String> values = values(row.row(), slot, Integer.MAX_VALUE).stream()
                    .map(RowListing::number)
                    .toList();
            json.append(separator)
                    .append(JsonText.quote(slot.column()))
                    .append(": ")
                    .append(slot.field().shape().isEmpty() ? values.get(0) : values.toString());
            separator = ", ";
        }
        return json.append("}}").toString();
    }

    private static String number(String value) {
        return value.equals("NaN") || value.endsWith("Infinity") ? "null" : value;
    }

    private String stream(RowCursor row) {
        return String.valueOf(streams.get(row.stream()));
    }

    private static boolean is(RowCursor row, int flag) {
        return (row.flags() & flag) != 0;
    }

    private static String flag(RowCursor row, int flag, String text) {
        return is(row, flag) ? text : "";
    }

    private static List<String> values(ByteBuffer row, PayloadLayout.Slot slot, int most) {
        Field field = slot.field();
        List<String> values = new ArrayList<>();
        int at = RowDescriptor.HEADER_LENGTH + slot.offset();
        for (int i = 0;
                i < Math.min(most, field.elements());
                i++, at += field.dtype().length()) {
            values.add(value(row, field.dtype(), at));
        }
        return values;
    }

    private static String value(ByteBuffer row, DType dtype, int at) {
        return switch (dtype) {
            case F32 -> Float.toString(row.getFloat(at));
            case F64 -> Double.toString(row.getDouble(at));
            case I8 -> Byte.toString(row.get(at));
            case I16 -> Short.toString(row.getShort(at));
            case I32 -> Integer.toString(row.getInt(at));
            case I64 -> Long.toString(row.getLong(at));
            case U8 -> Integer.toString(Byte.toUnsignedInt(row.get(at)));
            case BOOL -> Boolean.toString(row.get(at) != 0);
        };
    }
}
