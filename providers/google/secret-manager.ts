/**
 * Google Secret Manager's "access" of a secret's version, global or regional:
 * https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access.
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ProviderContext, Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { bearer } from "../support/access-token.ts";
import type { ServiceAnswer } from "../support/http-sender.ts";
import { storedSecret, textOfBytes } from "../support/secret-text.ts";
import { isSuccess, parseAnswer, refusal } from "../support/service-answer.ts";
import {
  describeSecretVersion,
  resourceName,
  SECRET,
  SECRET_MANAGER,
  type SecretVersion,
} from "./secret-version.ts";

/** The polynomial of Castagnoli, 0x1edc6f41, with its bits in reverse. */
const POLYNOMIAL = 0x82f63b78;

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? POLYNOMIAL : 0);
  }
  return remainder;
});

/** The checksum CRC-32C of iSCSI (RFC 3720, 12.1 and B.4), as an unsigned number of 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  let checksum = 0xffffffff;
  for (const byte of bytes) checksum = (checksum >>> 8) ^ (crc32cTable[(checksum ^ byte) & 0xff] ?? 0);
  return (checksum ^ 0xffffffff) >>> 0;
}

/** Numbers of 64 bits are strings in Google's JSON; fields with an empty value may be left out of it. */
const accessAnswer = v.object({
  name: v.string(),
  payload: v.object({
    data: v.optional(
      v.pipe(
        v.string(),
        v.base64(),
        v.transform((text) => Buffer.from(text, "base64")),
      ),
      "",
    ),
    dataCrc32c: v.optional(v.pipe(v.string(), v.regex(/^\d{1,10}$/), v.transform(Number))),
  }),
});

/** https://google.aip.dev/193; `status` is the word among its members. */
const errorBody = v.pipe(v.string(), v.parseJson(), v.object({ error: v.object({ status: v.string() }) }));

const hints: Readonly<Record<number, string>> = {
  401: "The access token is not accepted: check the login.",
  403: `The account needs the role "Secret Manager Secret Accessor" for this secret, and the project the Secret Manager API.`,
  404: `Check ${SECRET}: its project, name and version.`,
};

function accessRefusal(wanted: SecretVersion, answer: ServiceAnswer): ProviderError {
  const parsed = v.safeParse(errorBody, answer.body);
  const errorName = parsed.success ? parsed.output.error.status : undefined;
  const details =
    errorName === "FAILED_PRECONDITION"
      ? ({ hint: "Is this version disabled or destroyed?", code: "NOT_ALLOWED" } as const)
      : { hint: hints[answer.status] };
  return refusal(SECRET_MANAGER, describeSecretVersion(wanted), answer, { errorName, ...details });
}

/** Whether a name in an answer is of the asked version: it has the project's number, and the version's for its alias. */
function isNameOf(name: string, wanted: SecretVersion): boolean {
  const own = resourceName(wanted).split("/");
  const its = name.split("/");
  const isAlias = !/^\d+$/.test(wanted.version);
  const mayDiffer = (step: number): boolean => step === 1 || (isAlias && step === own.length - 1);
  return its.length === own.length && own.every((word, step) => word === its[step] || mayDiffer(step));
}

function decode(bytes: Uint8Array, what: string, warn: Warn): Secret {
  if (bytes.length === 0) throw new ProviderError("UNUSABLE", `The ${what} is empty.`);
  const source = `The ${what}`;
  return storedSecret(source, textOfBytes(source, bytes), warn);
}

/**
 * The secret, exactly as it is stored.
 * @throws ProviderError `NOT_FOUND`, `NOT_ALLOWED`, `UNREACHABLE`, `BAD_ANSWER`, `UNUSABLE`
 */
export async function accessSecret(
  { http, warn }: Pick<ProviderContext, "http" | "warn">,
  wanted: SecretVersion,
  token: Secret,
): Promise<Secret> {
  const what = describeSecretVersion(wanted);
  const url = new URL(wanted.endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${resourceName(wanted)}:access`;
  const answer = await http.send({ method: "GET", url, headers: bearer(token) });
  if (!isSuccess(answer)) throw accessRefusal(wanted, answer);
  const { name, payload } = parseAnswer(SECRET_MANAGER, what, accessAnswer, answer);
  if (!isNameOf(name, wanted)) {
    throw new ProviderError("BAD_ANSWER", `${SECRET_MANAGER} answered with another secret than ${what}.`);
  }
  if (payload.dataCrc32c !== undefined && payload.dataCrc32c !== crc32c(payload.data)) {
    throw new ProviderError("BAD_ANSWER", `The ${what} was damaged on its way: its checksum is wrong.`);
  }
  return decode(payload.data, what, warn);
}
