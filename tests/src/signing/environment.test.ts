import { describe, expect, test } from "bun:test";
import { loadChain, tickers } from "../../../chains/index.ts";
import { polygon } from "../../../chains/matic.ts";
import { vechain } from "../../../chains/vet.ts";
import { namedThirdParties, thirdParties, thirdPartyUrl } from "../../../src/signing/environment.ts";

function place(settings: Readonly<Record<string, string>>) {
  return { network: "mainnet" as const, setting: (name: string) => settings[name] };
}

describe("where a third party of a chain is", () => {
  test("is its usual place where nobody says otherwise", () => {
    expect(thirdPartyUrl(polygon, "POLYGON_GAS", place({})).href).toBe(
      "https://gasstation.polygon.technology/v2",
    );
  });

  test.each([
    ["http://127.0.0.1:8080/gas", "http://127.0.0.1:8080/gas"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/v2"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080/v2"],
  ])("is where the operator says: %s", (configured, used) => {
    expect(thirdPartyUrl(polygon, "POLYGON_GAS", place({ TATUM_KMS_POLYGON_GAS_URL: configured })).href).toBe(
      used,
    );
  });

  test("has a variable of its own for each name", () => {
    const url = thirdPartyUrl(vechain, "VET", place({ TATUM_KMS_VET_URL: "http://127.0.0.1:8669" }));
    expect(url.href).toBe("http://127.0.0.1:8669/");
  });

  test("is an error when the operator's text is no URL, or nobody knows the name", () => {
    expect(() => thirdPartyUrl(vechain, "VET", place({ TATUM_KMS_VET_URL: "nowhere" }))).toThrow(
      "TATUM_KMS_VET_URL",
    );
    expect(() => thirdPartyUrl(vechain, "OTHER", place({}))).toThrow("OTHER");
  });
});

describe("the third parties that an operator names", () => {
  const setting = (name: string) => ({ value: `http://10.0.0.1/${name}`, origin: "environment" });

  test("are those of all chains", async () => {
    const known: [string, string][] = [];
    for (const ticker of tickers) {
      const chain = await loadChain(ticker);
      for (const name of Object.keys(chain?.facts.thirdParties ?? {})) known.push([name, ticker]);
    }
    expect(Object.entries(thirdParties).toSorted()).toEqual(known.toSorted());
  });

  test("are hosts that are asked, when their chain is", async () => {
    const named = await namedThirdParties(["VET", "BTC", "MATIC"], "mainnet", setting);
    expect(named.map(({ setting, url }) => [setting, url.href])).toEqual([
      ["TATUM_KMS_VET_URL (from environment)", "http://10.0.0.1/TATUM_KMS_VET_URL"],
      ["TATUM_KMS_POLYGON_GAS_URL (from environment)", "http://10.0.0.1/TATUM_KMS_POLYGON_GAS_URL"],
    ]);
    expect(await namedThirdParties(tickers, "mainnet", () => undefined)).toEqual([]);
  });
});
