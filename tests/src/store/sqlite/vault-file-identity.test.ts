import { expect, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { FileIdentity } from "../../../../src/store/sqlite/vault-file.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../../vault/caught.ts";

const inFolder = useTemporaryFolder();

test("a file that is written to stays the same; one that was replaced or removed is not", async () => {
  const path = inFolder("vault");
  writeFileSync(path, "one");
  const identity = FileIdentity.of(path);
  writeFileSync(path, "two");
  identity.check();

  // The old file is kept, so that its number cannot be given to the new one.
  renameSync(path, inFolder("old"));
  writeFileSync(path, "two");
  expect(await caught(async () => identity.check())).toMatchObject({ code: "VAULT_CORRUPT" });
  rmSync(path);
  expect(await caught(async () => identity.check())).toMatchObject({
    code: "VAULT_CORRUPT",
    message: expect.stringContaining("removed or replaced"),
  });
});
