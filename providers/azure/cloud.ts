/**
 * The clouds that Microsoft runs, each with vaults and login hosts of its own:
 * https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud.
 */

interface AzureCloud {
  /** The vaults are `https://<name>.<vaultDomain>`, and tokens for them are asked for `https://<vaultDomain>`. */
  readonly vaultDomain: string;
  /** The host of its identity platform and that host's other names; the first is used. */
  readonly loginHosts: readonly [string, ...string[]];
}

const publicCloud: AzureCloud = {
  vaultDomain: "vault.azure.net",
  loginHosts: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
};

/**
 * Source: Microsoft's "National clouds" and the instance discovery of its identity platform, which lists the aliases of
 * each login host.
 */
const clouds: readonly AzureCloud[] = [
  publicCloud,
  {
    vaultDomain: "vault.azure.cn",
    loginHosts: ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
  },
  {
    vaultDomain: "vault.usgovcloudapi.net",
    loginHosts: ["login.microsoftonline.us", "login.usgovcloudapi.net"],
  },
];

/** The cloud that a vault's host belongs to; `undefined` for private clouds and this machine. */
export function cloudOfVault(hostname: string): AzureCloud | undefined {
  return clouds.find(({ vaultDomain }) => hostname.endsWith(`.${vaultDomain}`));
}

/** Where credentials are shown when `AZURE_AUTHORITY_HOST` does not say. */
export function defaultAuthority(vaultHostname: string): URL {
  const { loginHosts } = cloudOfVault(vaultHostname) ?? publicCloud;
  return new URL(`https://${loginHosts[0]}`);
}

/** Whether two URLs name the same identity platform. */
export function isSameAuthority(one: URL, other: URL): boolean {
  if (one.origin === other.origin) return true;
  return clouds.some(({ loginHosts }) =>
    [one, other].every(({ origin }) => loginHosts.some((host) => origin === `https://${host}`)),
  );
}
