import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { systemdProvider } from "../../../providers/systemd/provider.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { contextWith, refused } from "../local-context.ts";

const path = useTemporaryFolder();

function context(variables: Readonly<Record<string, string>> = {}) {
  return contextWith({ CREDENTIALS_DIRECTORY: path(), ...variables });
}

describe("a credential of systemd", () => {
  test("is named tatum-kms-password", async () => {
    writeFileSync(path("tatum-kms-password"), "geheim\n", { mode: 0o400 });
    expect((await systemdProvider.secret(context(), "unlock")).reveal()).toBe("geheim");
  });

  test("may have another name", async () => {
    writeFileSync(path("other.cred"), "geheim", { mode: 0o440 });
    const secret = await systemdProvider.secret(
      context({ TATUM_KMS_SYSTEMD_CREDENTIAL: "other.cred" }),
      "create",
    );
    expect(secret.reveal()).toBe("geheim");
  });

  test("may be missing", async () => {
    expect(await refused(() => systemdProvider.secret(context(), "unlock"))).toMatchObject({
      code: "NOT_FOUND",
      message: `The systemd credential tatum-kms-password in ${path()} does not exist.`,
    });
  });

  test.each(["../secret", "/etc/passwd", ".", "..", "a/b", "a\0b", "x".repeat(256)])(
    "has the bare name of a file, not %j",
    async (name) => {
      const { code } = await refused(() =>
        systemdProvider.secret(context({ TATUM_KMS_SYSTEMD_CREDENTIAL: name }), "unlock"),
      );
      expect(code).toBe("NOT_CONFIGURED");
    },
  );

  test("needs the folder that systemd names", async () => {
    expect(await refused(() => systemdProvider.describe(contextWith({})))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "A credential of systemd needs the variable CREDENTIALS_DIRECTORY, which is not set.",
    });
    const relative = contextWith({ CREDENTIALS_DIRECTORY: "credentials" });
    expect((await refused(() => systemdProvider.describe(relative))).code).toBe("NOT_CONFIGURED");
  });

  test("tells where it would come from", () => {
    const described = systemdProvider.describe(
      contextWith({ CREDENTIALS_DIRECTORY: "/run/credentials/kms" }),
    );
    expect(described).toBe("the systemd credential tatum-kms-password in /run/credentials/kms");
  });
});
