import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessFindings } from "../../../src/doctor/access.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { named, statuses } from "./found.ts";

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const onlyOwner = { allowGroup: false };

describe("access to the vault", () => {
  const place = join(folder.path, "access");
  const vault = join(place, "wallet.dat");
  mkdirSync(place, { mode: 0o700 });

  test("of a vault that is still to be made is well as far as the way to it is", async () => {
    expect(statuses(await accessFindings(vault, onlyOwner))).toEqual({
      folders: "ok",
      "vault-file": "warning",
      "original-file": "ok",
    });
  });

  test("by everybody to its folder is a failure that a fix takes away, and nothing more", async () => {
    chmodSync(place, 0o777);
    const { status, mend, fix } = named(await accessFindings(vault, onlyOwner), "folders");
    expect({ status, mend, command: fix?.command }).toEqual({
      status: "failure",
      mend: `chmod go-w ${place}`,
      command: `chmod 700 ${place}`,
    });
    fix?.apply();
    expect(statSync(place).mode & 0o777).toBe(0o700);
    expect(named(await accessFindings(vault, onlyOwner), "folders").status).toBe("ok");
  });

  test("to a folder above its own leaves that one readable for others after the fix", async () => {
    const above = join(folder.path, "above");
    const below = join(above, "kms");
    mkdirSync(below, { recursive: true });
    chmodSync(above, 0o777);
    named(await accessFindings(join(below, "wallet.dat"), onlyOwner), "folders").fix?.apply();
    expect(statSync(above).mode & 0o777).toBe(0o755);
  });

  test("is looked for behind a link too", async () => {
    const link = join(folder.path, "link");
    symlinkSync(place, link);
    chmodSync(place, 0o722);
    const { fix } = named(await accessFindings(join(link, "wallet.dat"), onlyOwner), "folders");
    expect(fix?.command).toContain(place);
    chmodSync(place, 0o700);
  });

  test("tells a file that is no vault", async () => {
    writeFileSync(vault, "");
    expect(named(await accessFindings(vault, onlyOwner), "vault-file")).toMatchObject({ status: "failure" });
  });
});
