/** The server of HashiCorp Vault or OpenBao, and questions to it: https://developer.hashicorp.com/vault/api-docs. */

import { ProviderError } from "../error.ts";
import { type ProviderContext, requiredSetting } from "../provider.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import { headerText, type ServiceAnswer, type ServiceRequest } from "../support/http-sender.ts";
import { serviceUrl, urlBelow } from "../support/service-url.ts";

export const TITLE = "HashiCorp Vault";

export interface VaultQuestion {
  /** Steps of the path below `/v1`. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
}

export interface VaultServer {
  /** @throws ProviderError `UNREACHABLE` */
  ask(method: ServiceRequest["method"], question: VaultQuestion): Promise<ServiceAnswer>;
}

interface NamedSetting {
  readonly name: string;
  readonly value: string;
}

/** A variable of the client: OpenBao's `BAO_<name>`, else `VAULT_<name>`, as in OpenBao's own client. */
export function clientSetting({ setting }: ProviderContext, name: string): NamedSetting | undefined {
  for (const variable of [`BAO_${name}`, `VAULT_${name}`]) {
    const value = setting(variable);
    if (value !== undefined) return { name: variable, value };
  }
  return undefined;
}

function address(context: ProviderContext): URL {
  const setting = clientSetting(context, "ADDR");
  const text = setting?.value ?? requiredSetting({ title: TITLE }, context, "VAULT_ADDR");
  return serviceUrl(setting?.name ?? "VAULT_ADDR", text);
}

/** The server's host, without reading any file. */
export function serverHost(context: ProviderContext): string {
  return address(context).host;
}

function authorities({ name, value }: NamedSetting): string {
  const text = readCredentialFile(name, value);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new ProviderError("NOT_CONFIGURED", `The file ${value} (${name}) holds no certificate in PEM.`);
}

/** @throws ProviderError `NOT_CONFIGURED` */
export function vaultServer(context: ProviderContext): VaultServer {
  const url = address(context);
  const namespace = clientSetting(context, "NAMESPACE");
  const certificates = clientSetting(context, "CACERT");
  const headers = {
    accept: "application/json",
    // Proves to Vault's agent and proxy that no web page tricked somebody into asking.
    "x-vault-request": "true",
    ...(namespace !== undefined && { "x-vault-namespace": headerText(namespace.name, namespace.value) }),
  };
  const trust = certificates === undefined ? {} : { certificateAuthorities: authorities(certificates) };
  return {
    ask(method, { path, query = {}, token, body }) {
      const place = urlBelow(url, "v1", ...path);
      for (const [name, value] of Object.entries(query)) place.searchParams.set(name, value);
      return context.http.send({
        method,
        url: place,
        headers: {
          ...headers,
          ...(token !== undefined && { "x-vault-token": token }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...trust,
      });
    },
  };
}
