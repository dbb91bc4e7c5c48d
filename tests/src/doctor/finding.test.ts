import { expect, test } from "bun:test";
import { examine } from "../../../src/doctor/finding.ts";
import { KmsError } from "../../../src/errors.ts";

test("a look that fails is a finding, with the error's hint and no text that could quote a secret", async () => {
  const known = new KmsError("WRONG_PASSWORD", "Wrong password.", { hint: "Type it again." });
  const look = (error: unknown) =>
    examine("x", () => {
      throw error;
    });
  expect(await look(known)).toMatchObject([
    { status: "failure", message: "Wrong password.", mend: "Type it again." },
  ]);
  expect(JSON.stringify(await look(new Error("canary")))).not.toContain("canary");
});
