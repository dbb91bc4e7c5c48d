/** A JSON-RPC call to a node; its result. */
export async function callNode<Result>(
  url: string,
  method: string,
  params: readonly unknown[] = [],
): Promise<Result> {
  const { origin, username, password, pathname } = new URL(url);
  const response = await fetch(origin + pathname, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(username !== "" && { authorization: `Basic ${btoa(`${username}:${password}`)}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { error, result } = (await response.json()) as { error?: { message: string } | null; result: Result };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}
