/** The version of a secret in Google Secret Manager that the variables name, and its resource name. */
import { ProviderError } from "../error.ts";
import { type ProviderContext, requiredSetting } from "../provider.ts";
import { serviceUrl } from "../support/service-url.ts";

export const SECRET_MANAGER = "Google Secret Manager";

export const SECRET = "TATUM_KMS_GOOGLE_SECRET";
export const PROJECT = "TATUM_KMS_GOOGLE_PROJECT";
export const CLOUD_PROJECT = "GOOGLE_CLOUD_PROJECT";
export const ENDPOINT = "TATUM_KMS_GOOGLE_URL";

/** A project by its ID (older ones are in a domain, as `example.com:name`) or number. */
const PROJECT_ID = "[a-z0-9](?:[a-z0-9.:-]{0,61}[a-z0-9])?";
/** A region; it becomes a part of a host's name. */
const LOCATION = "[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?";
const WORD = "[A-Za-z0-9_-]{1,255}";

const NAME = new RegExp(
  `^(?:projects/(${PROJECT_ID})/(?:locations/(${LOCATION})/)?secrets/)?(${WORD})(?:/versions/(${WORD}))?$`,
);

/** One version of one secret, as the service names it. */
export interface SecretVersion {
  /** Where the service is. */
  readonly endpoint: URL;
  readonly project: string;
  /** Of a regional secret, which only the service of its region has. */
  readonly location: string | undefined;
  readonly secret: string;
  /** A number, an alias, or `latest`. */
  readonly version: string;
}

function projectOf(context: ProviderContext): string {
  const project = context.setting(PROJECT) ?? context.setting(CLOUD_PROJECT);
  if (project === undefined) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${SECRET} names no project, and neither ${PROJECT} nor ${CLOUD_PROJECT} is set.`,
      `Set one of them, or ${SECRET} to projects/<project>/secrets/<secret>.`,
    );
  }
  if (new RegExp(`^${PROJECT_ID}$`).test(project)) return project;
  const variable = context.setting(PROJECT) === undefined ? CLOUD_PROJECT : PROJECT;
  throw new ProviderError("NOT_CONFIGURED", `${variable} is not the ID of a project.`);
}

function endpointOf({ setting }: ProviderContext, location: string | undefined): URL {
  const configured = setting(ENDPOINT);
  if (configured !== undefined) return serviceUrl(ENDPOINT, configured);
  const host =
    location === undefined ? "secretmanager.googleapis.com" : `secretmanager.${location}.rep.googleapis.com`;
  return new URL(`https://${host}`);
}

/**
 * The version of a secret that the settings name.
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function secretVersionOf(context: ProviderContext): SecretVersion {
  const parts = NAME.exec(requiredSetting({ title: SECRET_MANAGER }, context, SECRET));
  if (parts === null) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${SECRET} is not the name of a secret.`,
      "It is projects/<project>/secrets/<secret>, with /locations/<region> for a regional one, or the secret's ID alone.",
    );
  }
  const [, project, location, secret = "", version = "latest"] = parts;
  return {
    endpoint: endpointOf(context, location),
    project: project ?? projectOf(context),
    location,
    secret,
    version,
  };
}

/** As in `projects/<project>/secrets/<secret>/versions/<version>`. */
export function resourceName({ project, location, secret, version }: SecretVersion): string {
  const place = location === undefined ? "" : `/locations/${location}`;
  return `projects/${project}${place}/secrets/${secret}/versions/${version}`;
}

/** For people, as in "Google Secret Manager holds no <this>". */
export function describeSecretVersion(wanted: SecretVersion): string {
  return `secret ${resourceName(wanted)} at ${wanted.endpoint.host}`;
}
