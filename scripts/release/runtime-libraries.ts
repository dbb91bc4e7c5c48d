/**
 * What Bun holds besides its own code. Its packages bring no notices, so this follows Bun's page of licenses; look at it again
 * with each new version of Bun.
 */
export const RUNTIME_LICENSE_SOURCE = "https://bun.com/docs/project/license";

export interface RuntimeLibrary {
  readonly name: string;
  /** An SPDX expression. */
  readonly license: string;
  /** Where its sources are. */
  readonly source: string;
}

const github = (name: string, license: string, repository: string): RuntimeLibrary => ({
  name,
  license,
  source: `https://github.com/${repository}`,
});

export const runtimeLibraries: readonly RuntimeLibrary[] = [
  github("JavaScriptCore", "LGPL-2.1-or-later", "oven-sh/WebKit"),
  github("WebCore", "LGPL-2.1-or-later", "oven-sh/WebKit"),
  github("TinyCC", "LGPL-2.1-only", "tinycc/tinycc"),
  {
    name: "BoringSSL",
    license: "OpenSSL AND ISC AND MIT",
    source: "https://boringssl.googlesource.com/boringssl",
  },
  github("Brotli", "MIT", "google/brotli"),
  github("libarchive", "BSD-2-Clause", "libarchive/libarchive"),
  github("lol-html", "BSD-3-Clause", "cloudflare/lol-html"),
  github("ls-hpack", "MIT", "litespeedtech/ls-hpack"),
  github("ls-qpack", "MIT", "litespeedtech/ls-qpack"),
  github("lsquic", "MIT AND BSD-3-Clause", "litespeedtech/lsquic"),
  github("mimalloc", "MIT", "microsoft/mimalloc"),
  github("picohttpparser", "MIT", "h2o/picohttpparser"),
  github("Zstandard", "BSD-3-Clause", "facebook/zstd"),
  github("simdutf", "Apache-2.0", "simdutf/simdutf"),
  github("uSockets", "Apache-2.0", "uNetworking/uSockets"),
  github("uWebSockets", "Apache-2.0", "jarred-sumner/uwebsockets"),
  github("zlib-ng", "Zlib", "zlib-ng/zlib-ng"),
  github("c-ares", "MIT", "c-ares/c-ares"),
  github("ICU", "Unicode-3.0", "unicode-org/icu"),
  github("base64", "BSD-2-Clause", "aklomp/base64"),
  github("libuv", "MIT", "libuv/libuv"),
  github("libdeflate", "MIT", "ebiggers/libdeflate"),
  github("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "libjpeg-turbo/libjpeg-turbo"),
  github("libspng", "BSD-2-Clause", "randy408/libspng"),
  github("libwebp", "BSD-3-Clause", "webmproject/libwebp"),
  github("Highway", "Apache-2.0", "google/highway"),
  github("uucode", "MIT", "jacobsandlund/uucode"),
  github("TigerBeetle (parts)", "Apache-2.0", "tigerbeetle/tigerbeetle"),
  github("libc++abi (parts)", "Apache-2.0 WITH LLVM-exception", "llvm/llvm-project"),
  github("acorn and Node.js polyfills", "MIT", "oven-sh/bun"),
  github("esbuild (ported)", "MIT", "evanw/esbuild"),
];
