import { afterAll, beforeAll } from "bun:test";

/** What the AWS SDK looks at by itself, so that a test finds nothing of the machine it runs on. */
const environment: Readonly<Record<string, string | undefined>> = {
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_REGION: undefined,
  AWS_PROFILE: undefined,
};

/** Hides the credentials and the region of whoever runs the tests, for all tests of a file. */
export function hideRealCredentials(): void {
  const before = { ...process.env };
  beforeAll(() => set(environment));
  afterAll(() => set(Object.fromEntries(Object.keys(environment).map((name) => [name, before[name]]))));
}

/** Does `work` with variables in the process environment, where the SDK looks for a few by itself. */
export async function withEnvironment<Result>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  set(variables);
  try {
    return await work();
  } finally {
    set(before);
  }
}

function set(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
