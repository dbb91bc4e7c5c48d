import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { readPinSource } from "../../../providers/pkcs11/pin.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { refused } from "./refused.ts";

const ignore = (): void => undefined;

const path = useTemporaryFolder();

function pinFile(): string {
  writeFileSync(path("pin"), "482915\n", { mode: 0o600 });
  return path("pin");
}

describe("the source of a PIN", () => {
  test.each([
    ["a path", ""],
    ["file:/path", "file:"],
    ["file:///path", "file://"],
  ])("is a file: %s", async (_, prefix) => {
    expect((await readPinSource(`${prefix}${pinFile()}`, ignore)).reveal()).toBe("482915");
  });

  test.each(["pin", "file:pin", "file://host/pin", "|/usr/bin/pin", "|cat /run/pin", "https://host/pin", ""])(
    "is no other place: %p",
    async (source) => {
      const error = await refused(() => readPinSource(source, ignore));
      expect(error).toMatchObject({
        code: "NOT_CONFIGURED",
        message: "The pin-source of the PKCS#11 URI is not a file with an absolute path.",
      });
    },
  );

  test("is refused when everybody could have written it", async () => {
    chmodSync(pinFile(), 0o666);
    await expect(readPinSource(path("pin"), ignore)).rejects.toThrow(
      `The PIN file ${path("pin")} can be written`,
    );
  });

  test("that is missing is told by its path", async () => {
    await expect(readPinSource(path("none"), ignore)).rejects.toThrow(path("none"));
  });
});
