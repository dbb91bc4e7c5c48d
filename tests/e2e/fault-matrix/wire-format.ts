/** HTTP/1.1 (RFC 9112) as bytes: as much of it as a client of one request a connection needs. */
import { STATUS_CODES } from "node:http";

/** An answer after which the connection is closed. */
export async function writeAnswer(answer: Response): Promise<Buffer> {
  const body = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type");
  const wait = answer.headers.get("retry-after");
  const head = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`,
    ...(type === null ? [] : [`content-type: ${type}`]),
    ...(wait === null ? [] : [`retry-after: ${wait}`]),
    ...(answer.status === 204 ? [] : [`content-length: ${body.length}`]),
    "connection: close",
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

export interface WireRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request, once all of it has come. */
export function readRequest(bytes: Buffer): WireRequest | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.subarray(0, end).toString().split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...value] = line.split(":");
      return [name.toLowerCase(), value.join(":").trim()];
    }),
  );
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers["content-length"] ?? 0)) return undefined;
  const [method = "", path = ""] = first.split(" ");
  return { method, path, headers, body: body.toString() };
}
