/** A second real module: the software token of Mozilla's NSS, which wants parameters and has other curves. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { useSharedFolder } from "../../temporary-folder.ts";
import { failureOf } from "../command-line/failure.ts";
import { Installation } from "../executable.ts";
import { nssModule, nssParameters } from "./nss-token.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const PIN = "73916248";
const folder = useSharedFolder();
const installation = new Installation();
const parameters = nssParameters(folder());
const env = {
  TATUM_KMS_PASSWORD: "",
  TATUM_KMS_PKCS11_MODULE: nssModule,
  TATUM_KMS_PKCS11_MODULE_PARAMETERS: parameters,
  TATUM_KMS_PKCS11_URI: "pkcs11:token=t1",
  TATUM_KMS_PKCS11_PIN: PIN,
};

beforeAll(() => {
  // In a process of its own: the module keeps its state until the process ends.
  const made = Bun.spawnSync([process.execPath, join(import.meta.dir, "nss-token.ts"), folder(), PIN], {
    stderr: "pipe",
  });
  if (!made.success) throw new Error(made.stderr.toString());
});
afterAll(() => {
  installation.remove();
});

test("a vault is made, opened and refused to a wrong PIN with NSS", async () => {
  const made = await installation.run(["generatemanagedwallet", "ETH"], { env });
  expect(made.status).toBe(0);
  const listed = await installation.run(["vault", "slot", "list"], { env });
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { kind: "token", parameters: { algorithm: "aes-256-gcm" } },
  ]);
  const wrong = await installation.run(["report"], { env: { ...env, TATUM_KMS_PKCS11_PIN: "0000" } });
  expect(failureOf(wrong)).toMatchObject({ status: 77, code: "WRONG_PIN" });
  expect((await installation.run(["report"], { env })).status).toBe(0);
});

test.each([
  ["ETH", "The token cannot make secp256k1 keys (CKR_DOMAIN_PARAMS_INVALID)."],
  ["SOL", "The token cannot make ed25519 keys (CKR_MECHANISM_INVALID)."],
])("a key that NSS cannot make is told: %s", async (chain, error) => {
  await installation.run(["generatemanagedwallet", "ETH"], { env });
  const refused = await installation.run(
    ["generatemanagedkey", chain, "--pkcs11=pkcs11:token=t1;object=key"],
    { env },
  );
  expect(failureOf(refused)).toMatchObject({ status: 69, code: "TOKEN", error });
});
