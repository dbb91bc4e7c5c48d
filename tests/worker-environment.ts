/** What the test runner tells its workers is not handed on to the programs that the tests start: they refuse variables of Bun. */
delete process.env["BUN_TEST_WORKER_ID"];
