import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A Kubernetes cluster that gives its workloads tokens, which Azure can be told to trust. */
export interface Platform {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function createPlatform(): Platform {
  return {
    issuer: "https://cluster.example/",
    subject: "system:serviceaccount:kms:daemon",
    ...generateKeyPairSync("rsa", { modulusLength: 2048 }),
  };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** The token that the cluster puts into a file of the workload. */
export function workloadToken({ issuer, subject, privateKey }: Platform, lifetime = 3600): string {
  const exp = Math.floor(Date.now() / 1000) + lifetime;
  const claims = { iss: issuer, sub: subject, aud: "api://AzureADTokenExchange", exp };
  const signed = `${base64url({ alg: "RS256" })}.${base64url(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
}
