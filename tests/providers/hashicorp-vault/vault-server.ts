/** A HashiCorp Vault with key-value engines, AppRole and Kubernetes logins, that checks what the real one checks. */
import { randomBytes } from "node:crypto";
import type { Answer } from "../../local-servers.ts";

interface Version {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly deleted?: boolean;
  readonly destroyed?: boolean;
}

interface VaultState {
  /** By mount and path, as "secret/kms": the versions, oldest first. */
  readonly versioned?: Readonly<Record<string, readonly Version[]>>;
  /** The same of version 1 of the engine. */
  readonly plain?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Tokens that were made before, and may read everything. */
  readonly tokens?: readonly string[];
  /** By the mount of the login. */
  readonly appRoles?: Readonly<Record<string, { readonly role_id: string; readonly secret_id: string }>>;
  readonly kubernetes?: Readonly<Record<string, { readonly role: string; readonly jwt: string }>>;
  readonly namespace?: string;
  /** Whether tokens of a login may read nothing. */
  readonly isPowerless?: boolean;
}

export class VaultServer {
  /** Every question, as "GET /v1/secret/data/kms". */
  readonly requests: string[] = [];
  /** Tokens of logins that are still good. */
  readonly leases = new Set<string>();
  readonly #state: VaultState;

  constructor(state: VaultState) {
    this.#state = state;
  }

  readonly answer: Answer = async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}`);
    if (request.headers.get("x-vault-request") !== "true") return errors(412);
    if ((request.headers.get("x-vault-namespace") ?? "") !== (this.#state.namespace ?? ""))
      return errors(404);
    const login = pathname.match(/^\/v1\/auth\/(.+)\/login$/)?.[1];
    if (login !== undefined) return this.#logIn(request, decodeURIComponent(login));
    const token = request.headers.get("x-vault-token") ?? "";
    const isOwn = this.leases.has(token);
    if (!isOwn && this.#state.tokens?.includes(token) !== true) return errors(403, "permission denied");
    if (request.method === "POST" && pathname === "/v1/auth/token/revoke-self") {
      this.leases.delete(token);
      return new Response(null, { status: 204 });
    }
    if (request.method !== "GET") return errors(405, "unsupported operation");
    if (isOwn && this.#state.isPowerless === true) return errors(403, "permission denied");
    return this.#read(decodeURIComponent(pathname.slice("/v1/".length)), searchParams.get("version") ?? "0");
  };

  async #logIn(request: Request, mount: string): Promise<Response> {
    if (request.method !== "POST") return errors(405, "unsupported operation");
    const body = (await request.json()) as Readonly<Record<string, string>>;
    const appRole = this.#state.appRoles?.[mount];
    const kubernetes = this.#state.kubernetes?.[mount];
    if (appRole !== undefined) {
      const isRight = body["role_id"] === appRole.role_id && body["secret_id"] === appRole.secret_id;
      return isRight ? this.#lease() : errors(400, "invalid role or secret ID: kanarienvogel");
    }
    if (kubernetes !== undefined) {
      if (body["role"] !== kubernetes.role) return errors(400, "invalid role name");
      return body["jwt"] === kubernetes.jwt ? this.#lease() : errors(403, "permission denied");
    }
    return errors(403, "permission denied");
  }

  #lease(): Response {
    const client_token = `hvs.kanarienvogel${randomBytes(12).toString("hex")}`;
    this.leases.add(client_token);
    return Response.json({
      request_id: "1",
      lease_id: "",
      renewable: false,
      lease_duration: 0,
      data: null,
      auth: { client_token, policies: ["kms"], lease_duration: 1200, renewable: true, token_type: "service" },
    });
  }

  #read(path: string, number: string): Response {
    const plain = this.#state.plain?.[path];
    if (plain !== undefined) {
      return Response.json({ request_id: "1", lease_duration: 2_764_800, renewable: false, data: plain });
    }
    const [, mount = "", name = ""] = path.match(/^(.+?)\/data\/(.+)$/) ?? [];
    const versions = this.#state.versioned?.[`${mount}/${name}`] ?? [];
    const version = number === "0" ? versions.length : Number(number);
    const found = versions[version - 1];
    if (found === undefined) return errors(404);
    const isGone = found.deleted === true || found.destroyed === true;
    const metadata = {
      created_time: "2026-01-01T00:00:00Z",
      custom_metadata: null,
      deletion_time: found.deleted === true ? "2026-02-01T00:00:00Z" : "",
      destroyed: found.destroyed === true,
      version,
    };
    return Response.json(
      { request_id: "1", data: { data: isGone ? null : found.data, metadata } },
      { status: isGone ? 404 : 200 },
    );
  }
}

/** The shape of Vault's errors; many come without a word. */
export function errors(status: number, ...texts: string[]): Response {
  return Response.json({ errors: texts }, { status });
}
