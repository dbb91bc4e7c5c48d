import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import {
  MAXIMUM_CREDENTIAL_FILE_BYTES,
  readCredentialFile,
} from "../../../providers/support/credential-file.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { failureOf } from "../provider-failure.ts";

const inFolder = useTemporaryFolder();

function write(content: string | Uint8Array): string {
  const path = inFolder("file");
  writeFileSync(path, content);
  return path;
}

describe("a credential file", () => {
  test("gives its text without white space around it", () => {
    expect(readCredentialFile("X", write(" grüße\nund so weiter\r\n\n"))).toBe("grüße\nund so weiter");
  });

  test("may be a link, as Kubernetes makes them", () => {
    symlinkSync(write("token"), inFolder("link"));
    expect(readCredentialFile("X", inFolder("link"))).toBe("token");
  });

  test("may be as long as the limit", () => {
    const text = "a".repeat(MAXIMUM_CREDENTIAL_FILE_BYTES);
    expect(readCredentialFile("X", write(text))).toBe(text);
  });
});

describe("without content and path in the error is refused", () => {
  test.each([
    ["one that is too long", () => write("canary".repeat(MAXIMUM_CREDENTIAL_FILE_BYTES / 6 + 1)), "1 MiB"],
    ["an empty one", () => write(" \n"), "is empty"],
    ["what is no text", () => write(Buffer.from([0x63, 0xff, 0xfe])), "UTF-8"],
    ["none", () => inFolder("canary"), "does not exist"],
    [
      "a folder",
      () => {
        mkdirSync(inFolder("canary"));
        return inFolder("canary");
      },
      "regular file",
    ],
    [
      "a named pipe to which nobody writes",
      () => {
        Bun.spawnSync(["mkfifo", inFolder("canary")]);
        return inFolder("canary");
      },
      "regular file",
    ],
    ["a device that never ends", () => "/dev/zero", "regular file"],
    ["content where the path belongs", () => '{"private_key":"canary"}', "does not exist"],
  ])("%s", async (_what, path, text) => {
    expect(await failureOf(() => readCredentialFile("THE_VARIABLE", path()), ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringMatching(new RegExp(`THE_VARIABLE.*${text}`)),
    });
  });
});
