import { expect, test } from "bun:test";
import { countTransactions } from "../../../../chains/families/stellar/node.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

const ACCOUNT = "GBRPYHIL2CI3FNQ4BXLFMNDLFJUNPU2HY3ZMFSHONUCEOASW7QC7OX2H";

function counted(sequence: string) {
  // The members and the figures of XlmAccount in the Tatum API's reference, which are those of Horizon,
  // https://apidoc.tatum.io/tag/Stellar#operation/XlmGetAccountInfo
  const answer = {
    id: ACCOUNT,
    account_id: ACCOUNT,
    sequence,
    subentry_count: 0,
    last_modified_ledger: 102,
    thresholds: { low_threshold: 0, med_threshold: 0, high_threshold: 0 },
    flags: { auth_required: false, auth_revocable: false, auth_immutable: false },
    balances: [{ balance: "999999980.9999600", asset_type: "native" }],
    signers: [{ weight: 1, key: ACCOUNT, type: "ed25519_public_key" }],
    data: {},
  };
  const environment = offlineEnvironment({
    get: async (path) => {
      expect(path).toBe(`/v3/xlm/account/${ACCOUNT}`);
      return answer;
    },
  });
  return countTransactions(ACCOUNT, environment);
}

test("the next number of an account is one above the sequence of the Tatum API's answer, which is its last", async () => {
  expect(await counted("1")).toBe(2n);
  // Beyond what a JSON number holds: the ledger in the upper 32 bits.
  expect(await counted("7416564187398144001")).toBe(7_416_564_187_398_144_002n);
});
