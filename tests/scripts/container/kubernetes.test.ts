/** The manifests for Kubernetes and the file for Compose, against the schemas and the image that they start. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StatefulSet } from "kubernetes-models/apps/v1";
import { ConfigMap, PersistentVolumeClaim, Pod } from "kubernetes-models/v1";
import { providerVariables } from "../../../providers/index.ts";
import { program } from "../../../src/cli/program.ts";
import { settingTable } from "../../../src/settings/table.ts";
import { version } from "../../../src/version.ts";

const folder = join(import.meta.dir, "../../../scripts/container");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

type Documents = [
  ConstructorParameters<typeof ConfigMap>[0],
  ConstructorParameters<typeof PersistentVolumeClaim>[0],
  ConstructorParameters<typeof StatefulSet>[0],
];
const [configMap, claim, set] = Bun.YAML.parse(read("kubernetes.yaml")) as Documents;
const wallets = Bun.YAML.parse(read("kubernetes-wallets.yaml")) as ConstructorParameters<typeof Pod>[0];
const compose = Bun.YAML.parse(read("compose.yaml")) as {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const pod = set?.spec?.template?.spec;
const [container] = pod?.containers ?? [];

describe("the manifests", () => {
  test("are what the schemas of Kubernetes ask for", () => {
    new ConfigMap(configMap).validate();
    new PersistentVolumeClaim(claim).validate();
    new StatefulSet(set).validate();
    new Pod(wallets).validate();
    const broken = { ...set, spec: { ...set?.spec, replicas: "one" } } as unknown as typeof set;
    expect(() => new StatefulSet(broken).validate()).toThrow();
  });

  test("run as nobody, on a root that nobody writes to", () => {
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("start and probe what the image has", () => {
    expect(container?.image).toEndWith(`:${version}`);
    expect(Object.keys(program.subCommands ?? {})).toContain(container?.args?.[0] ?? "");
    for (const probe of [container?.startupProbe, container?.livenessProbe])
      expect(probe?.exec?.command).toEqual(["/tatum-kms", "health", "--live"]);
    expect(container?.readinessProbe?.exec?.command).toEqual(["/tatum-kms", "health"]);
  });

  test("give a person at a terminal the same vault, as the same user, with the same image", () => {
    const [own] = wallets?.spec?.containers ?? [];
    expect(wallets?.spec?.securityContext).toEqual(pod?.securityContext ?? {});
    expect(own).toMatchObject({
      image: container?.image ?? "",
      envFrom: container?.envFrom ?? [],
      securityContext: container?.securityContext ?? {},
      stdin: true,
      tty: true,
    });
    for (const volume of wallets?.spec?.volumes ?? []) expect(pod?.volumes).toContainEqual(volume);
    for (const mount of own?.volumeMounts ?? []) expect(container?.volumeMounts).toContainEqual(mount);
  });

  test("hold no secret, and name variables that there are", async () => {
    expect(Object.keys(configMap?.data ?? {})).not.toContain("TATUM_KMS_PASSWORD");
    const known = [...settingTable, ...(await providerVariables())].map(({ name }) => name);
    for (const name of Object.keys(configMap?.data ?? {})) expect(known).toContain(name);
  });
});

describe("the file for Compose", () => {
  test("starts the same image as securely, with the password as a secret", () => {
    const service = compose.services["tatum-kms"];
    expect(service).toMatchObject({
      image: container?.image,
      user: "65532:65532",
      read_only: true,
      cap_drop: ["ALL"],
      secrets: ["vault-password"],
    });
  });
});

describe("the recipe of the image", () => {
  const recipe = read("Containerfile");

  test("has the version, a user that is not root, and a health check", () => {
    expect(recipe).toContain(`image.version="${version}"`);
    expect(recipe).toMatch(/^USER 65532:65532$/m);
    expect(recipe).toMatch(/^HEALTHCHECK .* CMD \["\/tatum-kms", "health", "--live"\]$/m);
    expect(recipe).toMatch(/^FROM scratch$/m);
  });
});
