import { describe, expect, test } from "bun:test";
import { polygon } from "../../../chains/matic.ts";
import { vechain } from "../../../chains/vet.ts";
import { thirdPartyUrl } from "../../../src/signing/environment.ts";

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
