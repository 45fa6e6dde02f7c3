package io.engram.replay.offheap.stress;

import org.openjdk.jcstress.Main;

/**
 * Starts jcstress where its tests have more actors than there are processors. jcstress would leave them out, by the
 * topology it reads from Linux; elsewhere it believes the JVM's processor count, which the command line can raise.
 */
final class OversubscribedMain {
    private OversubscribedMain() {}

    public static void main(String[] args) throws Exception {
        // It looks at os.name too, and must see the real one.
        Class.forName("java.lang.ProcessImpl");
        System.setProperty("os.name", "any");
        Main.main(args);
    }
}
