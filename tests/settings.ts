/** Loaded before the tests. */
import { setDefaultTimeout } from "bun:test";

// Tests that start processes and nodes take longer than the 5 seconds that are usual.
setDefaultTimeout(60_000);
