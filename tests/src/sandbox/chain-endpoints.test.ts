/** What the sandbox tells of outputs and accounts, in the words of the API. */
import { expect, test } from "bun:test";
import { hex } from "@scure/base";
import { RawTx } from "@scure/btc-signer/script.js";
import bitcoinVectors from "../../vectors/signing/BTC.json";
import stellarVectors from "../../vectors/signing/XLM.json";
import ledgerVectors from "../../vectors/signing/XRP.json";
import { SandboxClient } from "./sandbox-client.ts";

const txData = bitcoinVectors[0]?.expected?.txData ?? "";
const [input] = RawTx.decode(hex.decode(txData)).inputs;
const outputPath = `/v3/bitcoin/utxo/${hex.encode(input?.txid ?? new Uint8Array())}/${input?.index}`;

// https://apidoc.tatum.io/tag/Bitcoin#operation/BtcGetUTXO
test("an output is refused as the API does it as soon as a transaction spends it", async () => {
  await using client = new SandboxClient();
  expect(await client.json("GET", outputPath)).toMatchObject({ index: input?.index });
  await client.request("POST", "/v3/bitcoin/broadcast", { txData });
  const response = await client.request("GET", outputPath);
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({
    statusCode: 403,
    errorCode: "tx.hash.index.spent",
    message: "No such UTXO for transaction and index.",
  });
});

test.each(["none/0", `${"ab".repeat(32)}/none`, `${"ab".repeat(32)}/-1`, `${"ab".repeat(32)}/4294967296`])(
  "what names no output is refused: %s",
  async (output) => {
    await using client = new SandboxClient();
    await client.request("POST", "/v3/bitcoin/broadcast", { txData });
    const answer = await client.json("GET", `/v3/bitcoin/utxo/${output}`);
    expect(answer).toMatchObject({ statusCode: 400, errorCode: "validation.failed" });
  },
);

const LEDGER_ACCOUNT = "rNvdNERebkHg2NP5Sd9eYRD6xxQ68N83fu";
const STELLAR_ACCOUNT = "GA75FWE7JZ4EBBX52AWAURJVEKQ3C65O6OZQLU7V5CADDXGT3QU4AMV4";

test.each([
  {
    path: "xrp",
    account: LEDGER_ACCOUNT,
    sent: ledgerVectors[0],
    before: { account_data: { Account: LEDGER_ACCOUNT, Sequence: 1_000_000 }, validated: false },
    after: { account_data: { Sequence: 70_848_937 }, ledger_current_index: expect.any(Number) },
  },
  {
    path: "xrp",
    account: "r4iN1xduD8jS1Sm4qsD5ZuU94PSvH9gP7W",
    sent: ledgerVectors.find(({ name }) => name.startsWith("no autofill")),
    before: { account_data: { Sequence: 1_000_000 } },
    after: { account_data: { Sequence: 1_000_000 } },
  },
  {
    path: "xlm",
    account: STELLAR_ACCOUNT,
    sent: stellarVectors[0],
    before: { account_id: STELLAR_ACCOUNT, sequence: "999999" },
    after: { sequence: "2656200000000001" },
  },
])("an account of $path is counted by what was sent, whatever else was", async (row) => {
  const { path, account, sent, before, after } = row;
  await using client = new SandboxClient();
  await client.request("POST", `/v3/${path}/broadcast`, { txData: "no transaction" });
  expect(await client.json("GET", `/v3/${path}/account/${account}`)).toMatchObject(before);
  await client.request("POST", `/v3/${path}/broadcast`, { txData: sent?.expected.txData });
  expect(await client.json("GET", `/v3/${path}/account/${account}`)).toMatchObject(after);
});
