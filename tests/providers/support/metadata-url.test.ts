import { expect, test } from "bun:test";
import { metadataUrl } from "../../../providers/support/metadata-url.ts";
import { failureOf } from "../provider-failure.ts";

test.each([
  ["169.254.169.254", "http://169.254.169.254/"],
  ["http://169.254.129.2:8081/msi/token", "http://169.254.129.2:8081/msi/token"],
  ["metadata.google.internal", "http://metadata.google.internal/"],
  ["127.0.0.1:8080", "http://127.0.0.1:8080/"],
  ["http://localhost:42356/msi/token", "http://localhost:42356/msi/token"],
  ["https://metadata.example", "https://metadata.example/"],
])("%s is the URL of a metadata service", (text, href) => {
  expect(metadataUrl("THE_VARIABLE", text).href).toBe(href);
});

test.each([
  "metadata.example",
  "http://10.0.0.1",
  "http://169.254.169.254.thief.example",
  "http://metadata.google.internal.thief.example",
  "http://user:canary@169.254.169.254",
  "ftp://169.254.169.254",
  "//",
])("%s is not the URL of a metadata service", async (text) => {
  expect(await failureOf(() => metadataUrl("THE_VARIABLE", text), ["canary"])).toMatchObject({
    code: "NOT_CONFIGURED",
    message: expect.stringContaining("THE_VARIABLE"),
  });
});
