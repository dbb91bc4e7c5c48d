import { expect, test } from "bun:test";
import { isSameAuthority } from "../../../providers/azure/cloud.ts";

test.each([
  ["https://login.windows.net/tenant", "https://login.microsoftonline.com", true],
  ["https://login.partner.microsoftonline.cn", "https://login.chinacloudapi.cn", true],
  ["https://login.example", "https://login.example/tenant", true],
  ["https://login.microsoftonline.us", "https://login.microsoftonline.com", false],
  ["https://login.microsoftonline.com.thief.example", "https://login.microsoftonline.com", false],
  ["http://login.windows.net", "https://login.microsoftonline.com", false],
  ["https://login.windows.net:8443", "https://login.microsoftonline.com", false],
  ["https://login.example:8443", "https://login.example", false],
])("that %s is the authority %s is %p", (one, other, is) => {
  expect(isSameAuthority(new URL(one), new URL(other))).toBe(is);
});
