package io.engram.replay.offheap.internal.store;

/**
 * The file {@code snapshot.engram}: what a snapshot is. Written last, once.
 *
 * <pre>
 *   0       8         12       16          32            40      48       56     64     72     80
 *  +-------+---------+--------+-----------+-------------+-------+--------+------+------+------+--------------+
 *  | magic | version | crc32c | memory id | incarnation | taken | number | step | tail | head | next episode |
 *  | u64   | u32     | u32    | 16 bytes  | i64         | i64   | i64    | i64  | i64  | i64  | i64          |
 *  +-------+---------+--------+-----------+-------------+-------+--------+------+------+------+--------------+
 *   88              96        100           104         168
 *  +---------------+---------+-------------+-----------+---------+-----+
 *  | newest policy | entries | name length | name      | entry   | ... |
 *  | i64           | i32     | i32         | 64 bytes  |         |     |
 *  +---------------+---------+-------------+-----------+---------+-----+
 *
 *   entry
 *   0        4      8
 *  +--------+------+------+
 *  | length | type | body |
 *  | i32    | i32  |      |
 *  +--------+------+------+
 * </pre>
 *
 * <p>crc32c covers the whole file, its own field taken as zero. An entry's length is a multiple of 8 and counts the
 * entry whole. All little-endian.
 */
public final class ManifestDescriptor {
    /** The file's name. */
    public static final String FILE_NAME = "snapshot.engram";
    /** Snapshots lie in this directory, each in one of its own. */
    public static final String DIRECTORY = "snapshots";
    /** What trainers gave lies in this directory of a snapshot. */
    public static final String STATE_DIRECTORY = "state";
    /** What a trainer gave lies in a file with its name and this behind it. */
    public static final String STATE_SUFFIX = ".state";
    /** Manifest and states of the snapshot that a memory was made from lie in this directory of the memory. */
    public static final String RESUME_DIRECTORY = "resume";
    /** What is to take the place of a memory's parts lies in this directory of the memory. */
    public static final String RESTORE_DIRECTORY = "restore";
    /** "ENGRAMSN" in the order of the bytes. */
    public static final long MAGIC = 0x4e534d4152474e45L;
    /** The version that this code writes, and the only one it reads. */
    public static final int VERSION = 1;
    /** What kind of file this is. */
    public static final int MAGIC_OFFSET = 0;
    /** The version of the format. */
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    /** The checksum. */
    public static final int CRC_OFFSET = VERSION_OFFSET + Integer.BYTES;
    /** The memory that the snapshot is of. */
    public static final int MEMORY_ID_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** The opening of the memory in which it was taken. */
    public static final int INCARNATION_OFFSET = MEMORY_ID_OFFSET + 2 * Long.BYTES;
    /** When it was taken, in milliseconds since 1970 UTC. */
    public static final int TAKEN_OFFSET = INCARNATION_OFFSET + Long.BYTES;
    /** One more than the highest number of the snapshots that there were. */
    public static final int NUMBER_OFFSET = TAKEN_OFFSET + Long.BYTES;
    /** The trainer's step, or -1. */
    public static final int STEP_OFFSET = NUMBER_OFFSET + Long.BYTES;
    /** The first row. */
    public static final int TAIL_OFFSET = STEP_OFFSET + Long.BYTES;
    /** One more than the last row. */
    public static final int HEAD_OFFSET = TAIL_OFFSET + Long.BYTES;
    /** The number of the next episode. */
    public static final int NEXT_EPISODE_OFFSET = HEAD_OFFSET + Long.BYTES;
    /** The newest version of the policy. */
    public static final int NEWEST_POLICY_OFFSET = NEXT_EPISODE_OFFSET + Long.BYTES;
    /** How many entries there are. */
    public static final int ENTRIES_OFFSET = NEWEST_POLICY_OFFSET + Long.BYTES;
    /** Bytes of the name. */
    public static final int NAME_LENGTH_OFFSET = ENTRIES_OFFSET + Integer.BYTES;
    /** The snapshot's name. */
    public static final int NAME_OFFSET = NAME_LENGTH_OFFSET + Integer.BYTES;
    /** The longest name. */
    public static final int MAX_NAME_LENGTH = 64;
    /** Where the entries begin. */
    public static final int HEADER_LENGTH = NAME_OFFSET + MAX_NAME_LENGTH;
    /** The longest file that is read. */
    public static final int MAX_LENGTH = 1 << 28;

    /** Bytes of the entry. */
    public static final int ENTRY_LENGTH_OFFSET = 0;
    /** What the entry is. */
    public static final int ENTRY_TYPE_OFFSET = ENTRY_LENGTH_OFFSET + Integer.BYTES;
    /** Where the body begins. */
    public static final int BODY_OFFSET = ENTRY_TYPE_OFFSET + Integer.BYTES;

    /** A file of the snapshot. */
    public static final int FILE = 1;
    /** Where a writer stood. */
    public static final int STREAM = 2;
    /** Where a sampler stood. */
    public static final int SAMPLER = 3;
    /** Where a priority index stood. */
    public static final int INDEX = 4;

    /** FILE: 0 if the file may have other names, 1 if it is the snapshot's alone. */
    public static final int PRIVATE_OFFSET = BODY_OFFSET;
    /** FILE: the checksum of the whole file if it is the snapshot's alone, else 0. */
    public static final int FILE_CRC_OFFSET = PRIVATE_OFFSET + Integer.BYTES;
    /** FILE: how long it is. */
    public static final int FILE_LENGTH_OFFSET = FILE_CRC_OFFSET + Integer.BYTES;
    /** FILE: how many bytes were stored for it. */
    public static final int STORED_OFFSET = FILE_LENGTH_OFFSET + Long.BYTES;
    /** FILE: bytes of the path. */
    public static final int PATH_LENGTH_OFFSET = STORED_OFFSET + Long.BYTES;
    /** FILE: the path below the snapshot's directory. */
    public static final int PATH_OFFSET = PATH_LENGTH_OFFSET + Integer.BYTES;

    /** STREAM: its number. */
    public static final int STREAM_ID_OFFSET = BODY_OFFSET;
    /** STREAM: the place of the next row in the episode. */
    public static final int STEP_IN_EPISODE_OFFSET = STREAM_ID_OFFSET + Integer.BYTES;
    /** STREAM: the open episode, or -1. */
    public static final int EPISODE_OFFSET = STEP_IN_EPISODE_OFFSET + Integer.BYTES;
    /** STREAM: the last row of the episode, or -1. */
    public static final int PREVIOUS_OFFSET = EPISODE_OFFSET + Long.BYTES;
    /** STREAM: the version of the policy that acts. */
    public static final int POLICY_OFFSET = PREVIOUS_OFFSET + Long.BYTES;
    /** STREAM: the first row of the episode, or -1. */
    public static final int FIRST_OFFSET = POLICY_OFFSET + Long.BYTES;
    /** STREAM: transitions of the episode. */
    public static final int TRANSITIONS_OFFSET = FIRST_OFFSET + Long.BYTES;
    /** STREAM: the sum of their rewards. */
    public static final int REWARD_OFFSET = TRANSITIONS_OFFSET + Long.BYTES;
    /** STREAM: bytes of the next episode's label. */
    public static final int LABEL_LENGTH_OFFSET = REWARD_OFFSET + Double.BYTES;
    /** STREAM: bytes of the state. */
    public static final int STATE_LENGTH_OFFSET = LABEL_LENGTH_OFFSET + Integer.BYTES;
    /** STREAM: the label, as in a BEGIN; then the state that the next step starts from, with self-contained rows. */
    public static final int LABEL_OFFSET = STATE_LENGTH_OFFSET + Integer.BYTES;

    /** SAMPLER and INDEX: bytes of the name. */
    public static final int OWNER_LENGTH_OFFSET = BODY_OFFSET;
    /** SAMPLER: steps that its transitions bridge, or 0. */
    public static final int STEPS_OFFSET = OWNER_LENGTH_OFFSET + Integer.BYTES;
    /** SAMPLER: the state of its generator. */
    public static final int RANDOM_OFFSET = STEPS_OFFSET + Integer.BYTES;
    /** SAMPLER: batches that it has filled. */
    public static final int BATCHES_OFFSET = RANDOM_OFFSET + Long.BYTES;
    /** SAMPLER: the discount of a step. */
    public static final int GAMMA_OFFSET = BATCHES_OFFSET + Long.BYTES;
    /** SAMPLER: its name. */
    public static final int SAMPLER_NAME_OFFSET = GAMMA_OFFSET + Double.BYTES;

    /** INDEX: a lower bound of the masses above 0. */
    public static final int LEAST_OFFSET = OWNER_LENGTH_OFFSET + 2 * Integer.BYTES;
    /** INDEX: its name. */
    public static final int INDEX_NAME_OFFSET = LEAST_OFFSET + Long.BYTES;

    private ManifestDescriptor() {}
}
