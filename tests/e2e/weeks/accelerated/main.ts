/** The entry point of the test build: the program as it is, with a fast clock. */
import "./install-clock.ts";

await import("../../../../src/main.ts");
