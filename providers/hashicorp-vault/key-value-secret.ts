/**
 * A secret of Vault's key-value engine, of version 2 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2) or 1
 * (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1).
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import { type ProviderContext, requiredSetting, type Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { fetchedMember, jsonObject } from "../support/fetched-secret.ts";
import type { ServiceAnswer } from "../support/http-sender.ts";
import { isSuccess, parseAnswer } from "../support/service-answer.ts";
import { vaultRefusal } from "./refusal.ts";
import { TITLE, type VaultServer } from "./server.ts";

export const SECRET_PATH = "TATUM_KMS_VAULT_SECRET_PATH";
export const MOUNT = "TATUM_KMS_VAULT_MOUNT";
export const KV_VERSION = "TATUM_KMS_VAULT_KV_VERSION";
export const FIELD = "TATUM_KMS_VAULT_FIELD";
export const SECRET_VERSION = "TATUM_KMS_VAULT_SECRET_VERSION";

export const DEFAULT_FIELD = "password";

export interface KeyValueSecret {
  /** Steps of the path where the engine is mounted. */
  readonly mount: readonly string[];
  /** Steps below it. */
  readonly path: readonly string[];
  readonly engine: "1" | "2";
  readonly field: string;
  /** `undefined`: the latest. */
  readonly version: string | undefined;
  /** For errors. */
  readonly what: string;
}

function engineOf({ setting }: ProviderContext): "1" | "2" {
  const engine = setting(KV_VERSION) ?? "2";
  if (engine === "1" || engine === "2") return engine;
  throw new ProviderError("NOT_CONFIGURED", `${KV_VERSION} is 1 or 2.`);
}

function versionOf({ setting }: ProviderContext, engine: "1" | "2"): string | undefined {
  const version = setting(SECRET_VERSION);
  if (version === undefined) return undefined;
  if (engine === "1") {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${SECRET_VERSION} is set, but version 1 of the engine keeps none.`,
    );
  }
  if (/^[1-9]\d{0,8}$/.test(version)) return version;
  throw new ProviderError("NOT_CONFIGURED", `${SECRET_VERSION} is not the number of a version.`);
}

function steps(path: string): string[] {
  return path.replace(/^\/+|\/+$/g, "").split("/");
}

/**
 * Which secret is meant. With a mount, the path is the one below it; without, the first step of the path is the mount.
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function keyValueSecret(context: ProviderContext): KeyValueSecret {
  const given = steps(requiredSetting({ title: TITLE }, context, SECRET_PATH));
  const mountSetting = context.setting(MOUNT);
  const mount = mountSetting === undefined ? given.slice(0, 1) : steps(mountSetting);
  const path = mountSetting === undefined ? given.slice(1) : given;
  if (path.length === 0) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${SECRET_PATH} names a mount only; it has to be like secret/tatum-kms.`,
      `Set ${MOUNT} when the path does not begin with the mount.`,
    );
  }
  const engine = engineOf(context);
  return {
    mount,
    path,
    engine,
    field: context.setting(FIELD) ?? DEFAULT_FIELD,
    version: versionOf(context, engine),
    what: `secret ${JSON.stringify([...mount, ...path].join("/"))}`,
  };
}

const engine1Schema = v.object({ data: jsonObject });
const engine2Schema = v.object({ data: v.object({ data: jsonObject }) });

/** A 404 that says more: the version was there once. */
const goneSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    data: v.object({
      metadata: v.object({ version: v.pipe(v.number(), v.safeInteger()), destroyed: v.boolean() }),
    }),
  }),
);

function goneVersion({ what }: KeyValueSecret, answer: ServiceAnswer): ProviderError | undefined {
  const parsed = answer.status === 404 ? v.safeParse(goneSchema, answer.body) : undefined;
  if (parsed?.success !== true) return undefined;
  const { version, destroyed } = parsed.output.data.metadata;
  return new ProviderError(
    "NOT_FOUND",
    `${TITLE} has ${what}, but its version ${version} is ${destroyed ? "destroyed" : "deleted"}.`,
    destroyed
      ? `Choose another version with ${SECRET_VERSION}.`
      : `Undelete it, or choose another version with ${SECRET_VERSION}.`,
  );
}

/** @throws ProviderError */
export async function readKeyValueSecret(
  server: VaultServer,
  token: string,
  secret: KeyValueSecret,
  warn: Warn,
): Promise<Secret> {
  const { mount, path, engine, field, version, what } = secret;
  const place = engine === "1" ? [...mount, ...path] : [...mount, "data", ...path];
  const answer = await server.ask("GET", {
    path: place,
    token,
    ...(version !== undefined && { query: { version } }),
  });
  if (!isSuccess(answer)) {
    const hint =
      `Asked was for /v1/${place.join("/")}: check that path, the version of the engine (${KV_VERSION}), the ` +
      "namespace, and that the token's policy allows to read it.";
    throw goneVersion(secret, answer) ?? vaultRefusal(what, answer, hint);
  }
  const stored =
    engine === "1"
      ? parseAnswer(TITLE, what, engine1Schema, answer).data
      : parseAnswer(TITLE, what, engine2Schema, answer).data.data;
  return fetchedMember(TITLE, what, stored, { variable: FIELD, name: field }, warn);
}
