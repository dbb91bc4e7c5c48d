import { describe, expect, test } from "bun:test";
import {
  isLoopback,
  isOwnHost,
  type ListenAddress,
  parseListenAddress,
} from "../../../src/http/listen-address.ts";

const address = (text: string): ListenAddress => parseListenAddress(text) as ListenAddress;

describe("an address to listen at", () => {
  test.each([
    ["127.0.0.1:9464", { kind: "tcp", host: "127.0.0.1", port: 9464 }],
    ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
    ["[::1]:9464", { kind: "tcp", host: "::1", port: 9464 }],
    ["unix:/run/kms/status.sock", { kind: "unix", path: "/run/kms/status.sock" }],
  ])("%s", (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected as ListenAddress);
  });

  test.each([
    "",
    "9464",
    ":9464",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "a b:1",
    "[127.0.0.1]:1",
    "::1:9464",
    "unix:",
    "http://127.0.0.1:1",
    "127.0.0.1:1/x",
  ])("%j is none", (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
  });
});

test.each([
  ["127.0.0.1:1", true],
  ["localhost:1", true],
  ["[::1]:1", true],
  ["unix:/tmp/a", true],
  ["0.0.0.0:1", false],
  ["[::]:1", false],
  ["10.0.0.1:1", false],
  ["kms.example.com:1", false],
])("%s is reached by this machine alone: %p", (text, expected) => {
  expect(isLoopback(address(text))).toBe(expected);
});

describe("the host of a request", () => {
  test.each(["127.0.0.1:9464", "127.0.0.1", "localhost", "LocalHost:9464", "[::1]:9464", "10.1.2.3:9464"])(
    "%s is ours at a loopback address",
    (host) => {
      expect(isOwnHost(host, address("127.0.0.1:9464"))).toBe(true);
    },
  );

  test.each([
    "",
    "example.com",
    "127.0.0.1.example.com:9464",
    "localhost.example.com",
    "kms",
    "[::1",
    "localhost:9464:1",
  ])("%j is not", (host) => {
    expect(isOwnHost(host, address("127.0.0.1:9464"))).toBe(false);
  });

  test("may be a name of one word where other machines reach the address, as containers have them", () => {
    expect(isOwnHost("kms:9464", address("0.0.0.0:9464"))).toBe(true);
    expect(isOwnHost("kms.example.com", address("0.0.0.0:9464"))).toBe(false);
    expect(isOwnHost("kms.example.com:9464", address("kms.example.com:9464"))).toBe(true);
  });

  test("does not matter at a Unix socket, which no browser reaches", () => {
    expect(isOwnHost("example.com", address("unix:/tmp/a"))).toBe(true);
  });
});
