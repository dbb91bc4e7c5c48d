/**
 * What the executable says of its own making. The build (scripts/release/executable.ts) puts a module with these values in the
 * place of this one; what runs from the sources was not built.
 */

/** What somebody needs to make the same bytes again. */
export interface BuildFacts {
  /** The commit of the sources, with `-dirty` behind it when they were changed; `unknown` without git. */
  readonly commit: string;
  /** The runtime inside: version, and revision of its sources. */
  readonly bun: string;
  /** The platform it is for, as Bun names it. */
  readonly target: string;
  /** Settings of the build that shape its bytes. */
  readonly flags: readonly string[];
  /** `sha256:` and the digest of package-lock.json, which names each library by its digest. */
  readonly dependencies: string;
}

export const buildFacts: BuildFacts | undefined = undefined;

/** The licenses of everything inside that others wrote. */
export const thirdPartyNotices: string | undefined = undefined;
