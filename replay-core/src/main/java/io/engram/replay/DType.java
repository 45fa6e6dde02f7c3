package io.engram.replay;

/** The type of a field's elements. Values come back exactly as they went in; all are little-endian in memory. */
public enum DType {
    /** IEEE 754 single precision. */
    F32("f32", 4),
    /** IEEE 754 double precision. */
    F64("f64", 8),
    /** Signed 8-bit integer. */
    I8("i8", 1),
    /** Signed 16-bit integer. */
    I16("i16", 2),
    /** Signed 32-bit integer. */
    I32("i32", 4),
    /** Signed 64-bit integer. */
    I64("i64", 8),
    /** Unsigned 8-bit integer, as in images. */
    U8("u8", 1),
    /** One byte, 0 or 1. */
    BOOL("bool", 1);

    private final String text;
    private final int length;

    DType(String text, int length) {
        this.text = text;
        this.length = length;
    }

    /**
     * The name as it stands in a schema's text, such as {@code f32}.
     *
     * @return the lower-case name
     */
    public String text() {
        return text;
    }

    /**
     * The length of one element.
     *
     * @return bytes, also the alignment
     */
    public int length() {
        return length;
    }

    /** Reads a dtype of a field named in {@code line}. */
    static DType fromText(String text, String line) {
        for (DType dtype : values()) {
            if (dtype.text.equals(text)) {
                return dtype;
            }
        }
        throw new SchemaException("unknown dtype in a schema: line='" + line + "', dtype=" + text
                + ", expected one of f32 f64 i8 i16 i32 i64 u8 bool");
    }
}
