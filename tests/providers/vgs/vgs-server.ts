/** A VGS Vault that reveals one alias, as its API describes it. */
import { type Answer, serve } from "../../local-servers.ts";

export const username = "US9kanarienvogelName";
export const password = "kanarienvogel-of-vgs:ü";

interface Stored {
  readonly value: string;
  readonly storage?: "PERSISTENT" | "VOLATILE";
}

function failure(status: number, title: string): Response {
  return Response.json(
    { errors: [{ status, title, detail: `No: ${password}`, href: "https://example.test" }] },
    { status },
  );
}

/**
 * @param aliases what is stored
 * @param requests filled with what was asked, as "GET /aliases/x"
 */
export function vgsServer(aliases: Readonly<Record<string, Stored>>, requests: string[] = []): URL {
  const answer: Answer = (request) => {
    const { pathname, searchParams } = new URL(request.url);
    requests.push(`${request.method} ${pathname}`);
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    if (request.headers.get("authorization") !== expected) return failure(401, "Unauthorized");
    const alias = decodeURIComponent(pathname.match(/^\/aliases\/([^/]+)$/)?.[1] ?? "");
    const stored = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
    const storage = searchParams.get("storage") ?? "PERSISTENT";
    if (stored === undefined || storage !== (stored.storage ?? "PERSISTENT"))
      return failure(404, "Not Found");
    return Response.json({
      data: [
        {
          value: stored.value,
          classifiers: [],
          aliases: [{ alias, format: "UUID" }],
          created_at: "2026-01-01T00:00:00",
          storage,
        },
      ],
    });
  };
  return serve(answer);
}
