import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** A key of a service account, as Google Cloud makes it. */
export interface ServiceAccountKey {
  readonly email: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** PEM (PKCS #8). */
  readonly privateKey: string;
}

export function createServiceAccountKey(): ServiceAccountKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    email: "kms@my-project.iam.gserviceaccount.com",
    keyId: "0123456789abcdef0123456789abcdef01234567",
    publicKey,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
}

/** The content of the file that is downloaded with a new key. */
export function keyFile({ email, keyId, privateKey }: ServiceAccountKey, tokenUri: string): object {
  return {
    type: "service_account",
    project_id: "my-project",
    private_key_id: keyId,
    private_key: privateKey,
    client_email: email,
    client_id: "123456789012345678901",
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: tokenUri,
    auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
    universe_domain: "googleapis.com",
  };
}
