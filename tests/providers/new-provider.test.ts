/** A new provider takes no more than docs/providers.md says: its example, put into a copy of the sources, works. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Installation } from "../e2e/executable.ts";
import { useSharedFolder } from "../temporary-folder.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const root = join(import.meta.dir, "../..");
const copy = useSharedFolder();
const installation = new Installation();
const page = readFileSync(join(root, "docs/providers.md"), "utf8");
const [example = "", line = ""] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) =>
    request.headers.get("authorization") === "Bearer the-token" &&
    new URL(request.url).pathname === "/api/secrets/kms"
      ? Response.json({ password: installation.password })
      : new Response("who are you, canary?", { status: 403 }),
});

beforeAll(() => {
  for (const name of ["src", "chains", "providers", "package.json", "tsconfig.json"]) {
    cpSync(join(root, name), copy(name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), copy("node_modules"));
  mkdirSync(copy("providers/intranet"));
  writeFileSync(copy("providers/intranet/provider.ts"), example);
  const registry = readFileSync(copy("providers/index.ts"), "utf8");
  const begin = registry.indexOf("\n", registry.indexOf("const providers:")) + 1;
  writeFileSync(copy("providers/index.ts"), `${registry.slice(0, begin)}${line}${registry.slice(begin)}`);
});
afterAll(async () => {
  await server.stop(true);
  installation.remove();
});

async function run(args: readonly string[], token = "the-token") {
  const child = Bun.spawn([process.execPath, "src/main.ts", ...args], {
    cwd: copy(),
    env: {
      HOME: installation.home,
      PATH: "/usr/bin:/bin",
      INTRANET_URL: `http://127.0.0.1:${server.port}/api`,
      INTRANET_TOKEN: token,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, stdout, stderr };
}

describe("the example of docs/providers.md", () => {
  test("is one file of 30 lines and one line in the registry", () => {
    expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(30);
    expect(line.trimEnd().split("\n")).toHaveLength(1);
  });

  test("fetches the secret that opens the vault", async () => {
    expect((await installation.run(["generatemanagedwallet", "ETH"])).status).toBe(0);
    const { status, stdout, stderr } = await run(["provider", "test", "--provider=intranet"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      provider: "intranet",
      source: `the secret kms of 127.0.0.1:${server.port}`,
      fetched: true,
      unlocksVault: true,
    });
  });

  test("is refused as every provider is", async () => {
    const { status, stderr } = await run(["vault", "status", "--provider=intranet"], "another");
    expect(status).toBe(77);
    expect(JSON.parse(stderr)).toEqual({
      error: "The intranet refuses to give the secret kms (HTTP 403).",
      code: "SECRET_NOT_ALLOWED",
    });
  });

  test("is listed, and its variables are checked", async () => {
    const listed = JSON.parse((await run(["provider", "list"])).stdout) as { name: string }[];
    expect(listed.map(({ name }) => name)).toContain("intranet");
    const { stdout } = await run(["checkconfig", "--provider=intranet"]);
    expect(stdout).toContain("INTRANET_TOKEN                   : set (from environment)\n");
    expect(stdout).toContain("Wallet store type                : INTRANET\n");
  });

  test("is written as the house writes", async () => {
    const style = ["check", `--config-path=${join(root, "scripts/style-rules.json")}`, "--vcs-enabled=false"];
    const child = Bun.spawn([join(root, "node_modules/.bin/biome"), ...style, "providers/intranet"], {
      cwd: copy(),
      stdout: "pipe",
      stderr: "pipe",
    });
    const found = await new Response(child.stderr).text();
    expect(await child.exited, found).toBe(0);
  });

  test("has the right types", async () => {
    writeFileSync(
      copy("tsconfig.example.json"),
      JSON.stringify({ extends: "./tsconfig.json", include: ["providers/intranet"] }),
    );
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const child = Bun.spawn([process.execPath, compiler, "-p", "tsconfig.example.json"], {
      cwd: copy(),
      stdout: "pipe",
    });
    expect(await new Response(child.stdout).text()).toBe("");
    expect(await child.exited).toBe(0);
  });
});
