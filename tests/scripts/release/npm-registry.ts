/** A registry on this machine that has the packages of a release and nothing else: https://github.com/npm/registry */
import type { ReleaseFile } from "../../../scripts/release/npm-packages.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
}

async function manifestOf({ content }: ReleaseFile): Promise<Manifest> {
  const files = await new Bun.Archive(content as Uint8Array).files();
  const manifest = files.get("package/package.json");
  if (manifest === undefined) throw new Error("The package has no package.json.");
  return (await manifest.json()) as Manifest;
}

/** What a registry says of a package that has one version. */
function packument(manifest: Manifest, { name, content }: ReleaseFile, origin: string): object {
  const integrity = `sha512-${new Bun.CryptoHasher("sha512").update(content).digest("base64")}`;
  const shasum = new Bun.CryptoHasher("sha1").update(content).digest("hex");
  const version = { ...manifest, dist: { tarball: `${origin}/files/${name}`, integrity, shasum } };
  return {
    name: manifest.name,
    "dist-tags": { latest: manifest.version },
    versions: { [manifest.version]: version },
    time: { [manifest.version]: "2026-01-01T00:00:00.000Z" },
  };
}

/** Serves the packages until it is stopped. */
export async function serveRegistry(packages: readonly ReleaseFile[]) {
  const entries = await Promise.all(
    packages.map(async (file) => ({ file, manifest: await manifestOf(file) })),
  );
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch({ url }) {
      const { origin, pathname } = new URL(url);
      const path = decodeURIComponent(pathname).slice(1);
      asked.push(path);
      const downloaded = entries.find(({ file }) => `files/${file.name}` === path);
      if (downloaded !== undefined) return new Response(downloaded.file.content as Uint8Array<ArrayBuffer>);
      const found = entries.find(({ manifest }) => manifest.name === path);
      if (found === undefined) return new Response("{}", { status: 404 });
      return Response.json(packument(found.manifest, found.file, origin));
    },
  });
  const downloads = (): string[] =>
    asked.filter((path) => path.startsWith("files/")).map((path) => path.slice(6));
  return { url: `http://127.0.0.1:${server.port}/`, downloads, stop: () => server.stop(true) };
}
