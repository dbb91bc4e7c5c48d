import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { IssuedTokens } from "../issued-tokens.ts";
import type { Settings } from "../service-context.ts";
import { MetadataServer } from "./metadata-server.ts";
import { SENTENCE_CANARY, SecretManagerServer } from "./secret-manager-server.ts";
import { createServiceAccountKey, keyFile } from "./service-account-key.ts";
import { TokenService } from "./token-service.ts";

// Making it takes a while.
const key = createServiceAccountKey();

const CANARY = "canary of the password ✓\n";
/** CRC-32C of the canary, reckoned bit by bit by another program. */
const CANARY_CHECKSUM = "2923292195";

/** The services of Google Cloud that take part when a secret is fetched, on this machine. */
export class GoogleStandIn {
  readonly value = CANARY;
  readonly key = key;
  readonly pool = {
    audience:
      "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/p/providers/k",
    subjectToken: "canary.subject.token",
  };
  readonly tokens = new IssuedTokens();
  readonly tokenService = new TokenService({ key, pool: this.pool }, this.tokens);
  readonly metadata = new MetadataServer(this.tokens);
  readonly secretManager = new SecretManagerServer(this.tokens);

  /** The settings of an operator on a machine in Google Cloud. */
  readonly settings: Settings = {
    TATUM_KMS_GOOGLE_SECRET: "projects/my-project/secrets/kms-password",
    TATUM_KMS_GOOGLE_URL: this.secretManager.url,
    GCE_METADATA_HOST: new URL(this.metadata.url).host,
  };

  readonly #folder: string;

  /** @param folder where the files of the operator and of other platforms are */
  constructor(folder: string) {
    this.#folder = folder;
    this.secretManager.secrets.set("kms-password", [
      { data: Buffer.from("an older one") },
      { data: Buffer.from(CANARY), checksum: CANARY_CHECKSUM },
    ]);
  }

  /** The settings of an operator who downloaded the key of the service account, changed where a test wants it. */
  withKey(changes: object = {}): Settings {
    return this.#withFile({ ...keyFile(key, `${this.tokenService.url}/token`), ...changes });
  }

  /** The settings of workload identity federation, changed where a test wants it. */
  withFederation(source: object, changes: object = {}): Settings {
    return this.#withFile({
      type: "external_account",
      audience: this.pool.audience,
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${this.tokenService.url}/v1/token`,
      credential_source: source,
      ...changes,
    });
  }

  /** A file as another platform puts its token into it. */
  subjectTokenFile(content = this.pool.subjectToken): string {
    const path = join(this.#folder, "subject-token");
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  #withFile(content: object): Settings {
    const path = join(this.#folder, "credentials.json");
    writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
    return { GOOGLE_APPLICATION_CREDENTIALS: path };
  }

  /** What no output may show. */
  get canaries(): string[] {
    const keyLines = key.privateKey.split("\n").filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
    return [this.value.trim(), SENTENCE_CANARY, this.pool.subjectToken, ...keyLines, ...this.tokens.all];
  }

  async stop(): Promise<void> {
    await Promise.all([this.secretManager.stop(), this.tokenService.stop(), this.metadata.stop()]);
  }
}
