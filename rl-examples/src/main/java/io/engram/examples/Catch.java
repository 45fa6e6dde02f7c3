package io.engram.examples;

import io.engram.replay.SplitMix64;

/**
 * Catch: a ball falls through a grid of 10 rows and 5 columns, a row a step, and a paddle on the last row is to be
 * under it. Move the paddle left (0), not at all (1) or right (2), never beyond the grid. The ball begins on the first
 * row in a random column, the paddle in the middle. After 9 steps the ball is on the paddle's row and the episode
 * terminates: 1 if it is caught, -1 if not; all steps before earn nothing.
 *
 * <p>These are bsuite's rules. The observation is ours: an image of 84 x 84 pixels, black (0), with the cells of ball
 * and paddle white (255). Row r of the grid has the pixel rows from 84 r / 10 to before 84 (r + 1) / 10, both rounded
 * down, and so its columns, of 5: rows are 8 or 9 pixels high, columns 16 or 17 wide.
 *
 * <p>Source: Osband et al., "Behaviour Suite for Reinforcement Learning", ICLR 2020; after Mnih et al., "Recurrent
 * Models of Visual Attention", NIPS 2014.
 */
final class Catch implements Environment {
    static final String NAME = "Catch";
    static final int ROWS = 10;
    static final int COLUMNS = 5;
    static final int PIXELS = 84;

    private static final byte WHITE = (byte) 255;

    private final SplitMix64 random;
    private int ballRow;
    private int ballColumn;
    private int paddleColumn;
    private boolean inEpisode;

    Catch(SplitMix64 random) {
        this.random = random;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObservationSpec observationSpec() {
        return ObservationSpec.image(PIXELS, PIXELS);
    }

    @Override
    public int actions() {
        return 3;
    }

    /** Every ball is caught. */
    @Override
    public double solvedReturn() {
        return 1;
    }

    @Override
    public Observation reset() {
        return begin(random.nextInt(COLUMNS));
    }

    /** Begins an episode with the ball in a given column. */
    Observation begin(int column) {
        ballRow = 0;
        ballColumn = column;
        paddleColumn = COLUMNS / 2;
        inEpisode = true;
        return image();
    }

    @Override
    public Step step(int action) {
        Environment.check(inEpisode, action, actions());
        paddleColumn = Math.max(0, Math.min(COLUMNS - 1, paddleColumn + action - 1));
        ballRow++;
        boolean terminated = ballRow == ROWS - 1;
        inEpisode = !terminated;
        float reward = !terminated ? 0 : ballColumn == paddleColumn ? 1 : -1;
        return new Step(image(), reward, terminated, false);
    }

    /** Row and column of the ball, column of the paddle. */
    int[] state() {
        return new int[] {ballRow, ballColumn, paddleColumn};
    }

    @Override
    public double[] save() {
        return new double[] {ballRow, ballColumn, paddleColumn, inEpisode ? 1 : 0};
    }

    @Override
    public void restore(double[] saved) {
        ballRow = (int) saved[0];
        ballColumn = (int) saved[1];
        paddleColumn = (int) saved[2];
        inEpisode = saved[3] == 1;
    }

    private Observation image() {
        byte[] pixels = new byte[PIXELS * PIXELS];
        draw(pixels, ballRow, ballColumn);
        draw(pixels, ROWS - 1, paddleColumn);
        return new Observation.Image(pixels);
    }

    private static void draw(byte[] pixels, int row, int column) {
        for (int y = PIXELS * row / ROWS; y < PIXELS * (row + 1) / ROWS; y++) {
            for (int x = PIXELS * column / COLUMNS; x < PIXELS * (column + 1) / COLUMNS; x++) {
                pixels[y * PIXELS + x] = WHITE;
            }
        }
    }
}
