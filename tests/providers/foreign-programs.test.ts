/** What runs with our rights or says what runs has to be ours as well: modules, commands, the files of AWS. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, closeSync, openSync, writeFileSync } from "node:fs";
import { checkSharedFiles } from "../../providers/aws/stored-text.ts";
import { execProvider } from "../../providers/exec/provider.ts";
import { readDescriptor } from "../../providers/fd/provider.ts";
import { ModuleProcess } from "../../providers/pkcs11/module-process.ts";
import { isRoot, SOMEBODY } from "../as-user.ts";
import { useTemporaryFolder } from "../temporary-folder.ts";
import { contextWith } from "./local-context.ts";

const path = useTemporaryFolder();
const opened: number[] = [];
afterAll(() => opened.forEach(closeSync));

async function loadModule(modulePath: string): Promise<void> {
  const module = new ModuleProcess({
    command: ["/bin/sleep", "60"],
    environment: {},
    timeLimit: 200,
    modulePath,
  });
  try {
    await module.load();
  } finally {
    module.end();
  }
}

const users: readonly [string, (file: string) => unknown][] = [
  ["a PKCS#11 module", loadModule],
  ["a command", (file) => execProvider.secret(contextWith({ TATUM_KMS_PASSWORD_COMMAND: file }), "unlock")],
  [
    "the credentials file of AWS",
    (file) => checkSharedFiles(contextWith({ AWS_SHARED_CREDENTIALS_FILE: file })),
  ],
  ["the configuration file of AWS", (file) => checkSharedFiles(contextWith({ AWS_CONFIG_FILE: file }))],
  [
    "a file on a descriptor",
    (file) => {
      opened.push(openSync(file, "r"));
      return readDescriptor(opened.at(-1) ?? -1);
    },
  ],
];

function file(mode: number): string {
  writeFileSync(path("file"), "#!/bin/sh\necho geheim\n");
  chmodSync(path("file"), mode);
  return path("file");
}

async function messageOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    return String(error);
  }
}

describe.each(users)("%s", (_name, use) => {
  test("that is ours alone is not refused for its owner or mode", async () => {
    expect(await messageOf(() => use(file(0o755)))).not.toMatch(/belongs to user|can be written/);
  });

  test.each([0o775, 0o757])("that others can write is refused: mode %o", async (mode) => {
    expect(await messageOf(() => use(file(mode)))).toContain(`(mode 0${mode.toString(8)})`);
  });

  test.skipIf(!isRoot)("of somebody else is refused", async () => {
    chownSync(file(0o755), SOMEBODY, SOMEBODY);
    expect(await messageOf(() => use(path("file")))).toContain(`belongs to user ${SOMEBODY}`);
  });
});

test("AWS files may be missing, or be /dev/null where somebody wants none", () => {
  checkSharedFiles(contextWith({ AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: path("none") }));
});
