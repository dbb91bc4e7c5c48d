/** What a scheduler is told of the weaknesses that a registry knows. */
import { expect, setDefaultTimeout, test } from "bun:test";

// npm is started, twice.
setDefaultTimeout(120_000);

async function advise(
  answer: (names: readonly string[]) => Response,
): Promise<{ status: number; said: string }> {
  using registry = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (!request.url.endsWith("/-/npm/v1/security/advisories/bulk"))
        return new Response("", { status: 404 });
      const body = Bun.gunzipSync(new Uint8Array(await request.arrayBuffer()));
      return answer(Object.keys(JSON.parse(new TextDecoder().decode(body))));
    },
  });
  const run = Bun.spawn([process.execPath, "scripts/advisories.ts", `--registry=${registry.url}`], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await new Response(run.stdout).text()) + (await new Response(run.stderr).text());
  return { status: await run.exited, said };
}

test("a registry that knows of nothing: status 0, and every shipped package was asked about", async () => {
  const asked = new Set<string>();
  const { status, said } = await advise((names) => {
    for (const name of names) asked.add(name);
    return Response.json({});
  });
  expect(said).toContain("what is shipped: nothing is known");
  expect(status).toBe(0);
  for (const name of ["viem", "xrpl", "@smithy/core", "knip"]) expect(asked).toContain(name);
});

test("a registry that knows of a weakness: status 1, and the package is named", async () => {
  const advisory = {
    id: 1,
    url: "https://example.test/advisory",
    title: "A weakness",
    severity: "high",
    vulnerable_versions: "*",
    cwe: [],
    cvss: { score: 0, vectorString: null },
  };
  const { status, said } = await advise(() => Response.json({ viem: [advisory] }));
  expect(said).toMatch(/what is shipped: viem .*: high/);
  expect(status).toBe(1);
});

test("a registry that does not tell: status 75", async () => {
  const { status, said } = await advise(() => new Response("", { status: 405 }));
  expect(said).toContain("The registry does not say");
  expect(status).toBe(75);
});
