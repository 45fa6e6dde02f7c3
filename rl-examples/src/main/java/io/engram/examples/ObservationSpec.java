package io.engram.examples;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.DType;

/**
 * What every observation of an environment is like. From it follow the memory's schema and the kind of network.
 *
 * @param dtype F32 for numbers, U8 for an image
 * @param height of an image; 1 for numbers
 * @param width of an image; how many numbers
 */
record ObservationSpec(DType dtype, int height, int width) {
    ObservationSpec {
        if (dtype != DType.F32 && dtype != DType.U8) {
            throw new IllegalArgumentException("dtype=" + dtype + ", expected F32 or U8");
        }
    }

    /** So many numbers. */
    static ObservationSpec floats(int size) {
        return new ObservationSpec(DType.F32, 1, size);
    }

    /** A grey image, a byte a pixel. */
    static ObservationSpec image(int height, int width) {
        return new ObservationSpec(DType.U8, height, width);
    }

    /** Whether it is an image. */
    boolean isImage() {
        return dtype == DType.U8;
    }

    /** The dimensions of one in the memory: [n], or [height, width]. */
    int[] shape() {
        return isImage() ? new int[] {height, width} : new int[] {width};
    }

    /** Bytes of one. */
    int length() {
        return height * width * dtype.length();
    }

    /** The shape of what a network gets: [batch, n], or [batch, frames, height, width]. */
    Shape inputShape(int batch, int frames) {
        return isImage() ? new Shape(batch, frames, height, width) : new Shape(batch, (long) frames * width);
    }

    /** The network library's name of the dtype. */
    DataType dataType() {
        return isImage() ? DataType.UINT8 : DataType.FLOAT32;
    }
}
