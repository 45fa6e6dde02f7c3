/** What holds for the whole repository: the arrows between packages, and house rules that a text search can check. */
@NullMarked
package io.engram.architecture;

import org.jspecify.annotations.NullMarked;
