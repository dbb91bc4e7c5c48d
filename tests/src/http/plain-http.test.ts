import { describe, expect, test } from "bun:test";
import {
  type AddressKind,
  addressesOf,
  addressKind,
  atAddress,
  beyondReach,
} from "../../../src/http/plain-http.ts";

describe("an address of plain HTTP", () => {
  const addresses: Readonly<Record<AddressKind, readonly string[]>> = {
    "this machine": [
      "127.0.0.1",
      "127.255.255.254",
      "0.0.0.0",
      "::1",
      "::",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
    ],
    "link-local": ["169.254.169.254", "169.254.0.0", "fe80::1", "fe80::1%eth0", "febf::1", "fd00:ec2::254"],
    private: [
      "10.0.0.0",
      "10.255.255.255",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.57.63",
      "100.64.0.1",
      "100.127.255.255",
      "fc00::1",
      "fdff::1",
      "::ffff:10.0.0.1",
      "::ffff:c0a8:1",
    ],
    public: [
      "9.255.255.255",
      "11.0.0.0",
      "172.15.255.255",
      "172.32.0.0",
      "192.167.0.1",
      "192.169.0.1",
      "169.253.0.1",
      "100.63.255.255",
      "100.128.0.0",
      "126.0.0.1",
      "128.0.0.1",
      "0.0.0.1",
      "8.8.8.8",
      "255.255.255.255",
      "2001:db8::1",
      "fec0::1",
      "fbff::1",
      "::2",
      "::ffff:8.8.8.8",
      // NAT64: somebody translates it on the way.
      "64:ff9b::a00:1",
      "",
      "10.0.0",
      "example.com",
    ],
  };
  for (const [kind, texts] of Object.entries(addresses)) {
    test(`is ${kind}`, () => {
      expect(texts.map((text) => [text, addressKind(text)])).toEqual(
        texts.map((text) => [text, kind as AddressKind]),
      );
    });
  }
});

describe("how far a name reaches", () => {
  test("is as far as the farthest of its addresses", () => {
    expect(beyondReach(["10.0.0.1", "8.8.8.8"], "private")).toBe("8.8.8.8");
    expect(beyondReach(["10.0.0.1", "127.0.0.1", "fe80::1"], "private")).toBeUndefined();
    expect(beyondReach(["169.254.169.254", "127.0.0.1"], "own")).toBeUndefined();
    expect(beyondReach(["10.0.0.1"], "own")).toBe("10.0.0.1");
    expect(beyondReach(["8.8.8.8"], "any")).toBeUndefined();
  });
});

describe("the addresses of a URL", () => {
  const resolve = async (name: string): Promise<readonly string[]> => [`asked for ${name}`];

  test("are those it names itself, in whatever way it writes them", async () => {
    const written = [
      "http://127.0.0.1:80",
      "http://2130706433",
      "http://0x7f.1",
      "http://[::ffff:127.0.0.1]",
    ];
    for (const text of written) {
      const found = await addressesOf(new URL(text), resolve);
      expect(found.map(addressKind)).toEqual(["this machine"]);
    }
  });

  test("are those of its name", async () => {
    expect(await addressesOf(new URL("http://four-eye.prod:8080/x"), resolve)).toEqual([
      "asked for four-eye.prod",
    ]);
  });

  test("are this machine for localhost, whatever the system says", async () => {
    for (const text of ["http://localhost", "http://LOCALHOST.:1"]) {
      expect(await addressesOf(new URL(text))).toEqual(["127.0.0.1", "::1"]);
    }
  });

  test("take the place of the name, and leave the rest", () => {
    const url = new URL("http://four-eye:8080/a/b?c=d");
    expect(atAddress(url, "10.0.0.1").href).toBe("http://10.0.0.1:8080/a/b?c=d");
    expect(atAddress(url, "fd00::1").href).toBe("http://[fd00::1]:8080/a/b?c=d");
  });
});
