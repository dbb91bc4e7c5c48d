import { describe, expect, test } from "bun:test";
import { type Endpoint, judgePlainHttp, plainHttpReach } from "../../../src/http/endpoints.ts";
import { configOf } from "../config-of.ts";

const addresses: Readonly<Record<string, readonly string[]>> = {
  "four-eye": ["10.96.7.1"],
  "approve.example.com": ["203.0.113.7"],
  both: ["10.0.0.1", "203.0.113.7"],
};

async function resolve(name: string): Promise<readonly string[]> {
  const found = addresses[name];
  if (found === undefined) throw new Error("ENOTFOUND");
  return found;
}

function fourEye(url: string): Endpoint {
  return { setting: "--external-url", url: new URL(url), danger: "forge approvals", code: "USAGE" };
}

function api(url: string): Endpoint {
  return { setting: "TATUM_API_URL", url: new URL(url), danger: "read the API key", code: "CONFIGURATION" };
}

describe("a host that is asked over plain http", () => {
  test.each([
    ["http://203.0.113.7", "203.0.113.7"],
    ["http://approve.example.com/check", "203.0.113.7"],
    ["http://both", "203.0.113.7"],
    ["http://[2001:db8::1]:8080", "2001:db8::1"],
  ])("is refused when it is at a public address: %s", async (url, address) => {
    const { origin } = new URL(url);
    expect(judgePlainHttp([api("http://127.0.0.1"), fourEye(url)], "private", resolve)).rejects.toMatchObject(
      {
        code: "USAGE",
        message: `--external-url is ${origin}, plain http to the public address ${address}: whoever is on the way can forge approvals.`,
        hint: expect.stringContaining("--allow-plain-http"),
      },
    );
  });

  test.each([
    ["http://192.168.57.63", "the private address 192.168.57.63"],
    ["http://10.1.2.3:8080/check", "the private address 10.1.2.3"],
    ["http://100.64.0.9", "the private address 100.64.0.9"],
    ["http://169.254.3.4", "the link-local address 169.254.3.4"],
    ["http://[fd12::1]", "the private address fd12::1"],
    ["http://four-eye/check", "the private address 10.96.7.1"],
    ["http://127.0.0.1:1", "this machine"],
    ["http://localhost:1", "this machine"],
    ["http://0.0.0.0:1", "this machine"],
    ["http://[::1]:1", "this machine"],
    ["http://not-there-yet", "an address that is not known yet"],
  ])("is taken with a warning when it is near, or not known yet: %s", async (url, place) => {
    const lookUp = url.includes("localhost") ? undefined : resolve;
    expect(await judgePlainHttp([fourEye(url)], "private", lookUp)).toBe(
      `Plain http is not encrypted: whoever is on the way to ${new URL(url).origin} (--external-url, ${place}) can ` +
        "forge approvals. Use https.",
    );
  });

  test("is taken everywhere with a warning when that is allowed", async () => {
    expect(await judgePlainHttp([fourEye("http://203.0.113.7")], "any", resolve)).toContain(
      "(--external-url, the public address 203.0.113.7)",
    );
  });

  test("is warned about once, however many there are", async () => {
    expect(await judgePlainHttp([fourEye("http://10.0.0.1"), api("http://127.0.0.1")], "private")).toBe(
      "Plain http is not encrypted: whoever is on the way to http://10.0.0.1 (--external-url, the private address 10.0.0.1) can " +
        "forge approvals; to http://127.0.0.1 (TATUM_API_URL, this machine) can read the API key. Use https.",
    );
  });

  test("with a password is told that it travels in clear, and not which", async () => {
    const warning = await judgePlainHttp([fourEye("http://kms:canary@10.0.0.1")], "private");
    expect(warning).toContain("The password in --external-url travels in clear.");
    expect(warning).not.toContain("canary");
  });

  test("over https is no matter", async () => {
    expect(
      await judgePlainHttp([fourEye("https://approve.example.com")], "private", resolve),
    ).toBeUndefined();
  });
});

describe("how far plain http may go", () => {
  const settings = (value = "") => configOf(`TATUM_KMS_ALLOW_PLAIN_HTTP=${value}`);

  test("is to private addresses on the mainnet, unless an option or variable says otherwise", () => {
    expect(plainHttpReach("mainnet", undefined, settings())).toBe("private");
    expect(plainHttpReach("mainnet", undefined, settings("false"))).toBe("private");
    expect(plainHttpReach("mainnet", undefined, settings("true"))).toBe("any");
    expect(plainHttpReach("mainnet", undefined, settings("1"))).toBe("any");
    expect(plainHttpReach("mainnet", true, settings())).toBe("any");
    expect(plainHttpReach("mainnet", false, settings("true"))).toBe("private");
  });

  test("is everywhere on test networks", () => {
    expect(plainHttpReach("testnet", undefined, settings())).toBe("any");
  });

  test("is an error when the variable says neither", () => {
    expect(() => plainHttpReach("mainnet", undefined, settings("yes"))).toThrow(
      /^TATUM_KMS_ALLOW_PLAIN_HTTP \(from .*\) must be true or false \(1 or 0\), not yes\.$/,
    );
  });
});
