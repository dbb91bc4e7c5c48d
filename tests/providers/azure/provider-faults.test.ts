/** Services that do not do what they should. */
import { beforeEach, describe, expect, test } from "bun:test";
import { azureProvider } from "../../../providers/azure/provider.ts";
import { CutOffServer } from "../cut-off-server.ts";
import { FAULT_CANARY, faults } from "../service-faults.ts";
import { useProvider } from "../use-provider.ts";
import { AzureStandIn } from "./azure-stand-in.ts";

const { services, failure } = useProvider(azureProvider, () => new AzureStandIn());
let azure: AzureStandIn;
beforeEach(() => {
  azure = services();
});

describe("when a service does not do what it should", () => {
  for (const { name, code, tries, answer } of faults) {
    test(`the vault's first answer is ${name}`, async () => {
      azure.vault.fault = answer;
      expect(await failure()).toMatchObject({ code });
      expect(azure.vault.asked).toHaveLength(tries);
      expect(azure.login.asked).toEqual([]);
    });

    test(`the login service's answer is ${name}`, async () => {
      azure.login.fault = answer;
      expect(await failure()).toMatchObject({ code });
      expect(azure.login.asked).toHaveLength(tries);
    });

    test(`the vault's second answer is ${name}`, async () => {
      azure.vault.fault = ({ headers }) => (headers.has("authorization") ? answer() : undefined);
      expect(await failure()).toMatchObject({ code });
      expect(azure.vault.asked).toHaveLength(1 + tries);
    });
  }

  test("the login service gives a token that no header can hold", async () => {
    azure.login.fault = () =>
      Response.json({ token_type: "Bearer", access_token: `${FAULT_CANARY}\r\nx-other: 1` });
    expect(await failure()).toMatchObject({ code: "BAD_ANSWER" });
  });

  describe("the connection breaks in the middle of", () => {
    test("the login service's answer", async () => {
      const login = new CutOffServer();
      azure.vault.challenge = () => `Bearer authorization="${login.url}", resource="https://127.0.0.1"`;
      expect(await failure({ AZURE_AUTHORITY_HOST: login.url })).toMatchObject({ code: "UNREACHABLE" });
      expect(login.asked).toHaveLength(3);
      login.stop();
    });

    test("the vault's answer", async () => {
      const vault = new CutOffServer(azure.vault.challenge({}));
      expect(await failure({ TATUM_KMS_AZURE_VAULTURL: vault.url })).toMatchObject({ code: "UNREACHABLE" });
      expect(vault.asked).toHaveLength(4);
      vault.stop();
    });
  });

  test("nobody is there", async () => {
    await azure.vault.stop();
    expect(await failure()).toMatchObject({ code: "UNREACHABLE" });
  });
});
