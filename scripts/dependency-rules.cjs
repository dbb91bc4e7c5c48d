/** The rules between the rooms of the house; see ARCHITECTURE.md. */
module.exports = {
  forbidden: [
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "chains-know-nothing-of-the-program",
      severity: "error",
      from: { path: "^chains/" },
      to: { path: "^(src|providers|tests|scripts)/" },
    },
    {
      name: "providers-know-nothing-of-the-program",
      severity: "error",
      from: { path: "^providers/" },
      to: { path: "^(src|chains|tests|scripts)/" },
    },
    {
      name: "the-program-knows-no-tests-and-scripts",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(tests|scripts)/" },
    },
    {
      name: "chains-are-reached-through-the-registry",
      comment: "A chain's libraries are loaded only when the chain is used.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/sandbox/" },
      to: { path: "^chains/(families/|[a-z]{3,5}\\.ts)", pathNot: "^chains/(chain|index|error)\\.ts$" },
    },
    {
      name: "nothing-imports-a-command",
      severity: "error",
      from: { pathNot: "^src/cli/(commands/|program\\.ts)" },
      to: { path: "^src/cli/commands/" },
    },
    {
      name: "the-store-and-the-vault-know-nothing-above-them",
      severity: "error",
      from: { path: "^src/(store|vault)/" },
      to: { path: "^src/(journal|lease|signing|daemon|tatum|http|cli|wallets|sandbox)/" },
    },
    {
      name: "the-tatum-client-knows-no-pipeline",
      severity: "error",
      from: { path: "^src/tatum/" },
      to: { path: "^src/(journal|lease|signing|daemon|vault|store|cli|wallets|sandbox)/" },
    },
    {
      name: "the-sandbox-stands-alone",
      severity: "error",
      from: { path: "^src/sandbox/" },
      to: { path: "^src/(journal|lease|signing|daemon|vault|store|tatum|cli/commands|wallets)/" },
    },
    {
      name: "chains-and-store-open-no-connections",
      comment: "A chain gets what it needs from outside as an argument.",
      severity: "error",
      from: { path: "^chains/" },
      to: { path: "^(node:)?(http|https|net|tls|dgram|child_process|fs)$" },
    },
    {
      name: "foreign-code-runs-in-a-process-of-its-own",
      comment:
        "The SDK of AWS and modules of PKCS#11 share no memory with the root key; src/main.ts alone starts their processes.",
      severity: "error",
      from: { path: "^(src/cli/run\\.ts|providers/index\\.ts)$" },
      to: {
        path: "node_modules/(@aws-sdk|@smithy|graphene-pk11)/|^providers/pkcs11/cryptoki/",
        reachable: true,
      },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^(src|chains|providers)/", pathNot: "^src/main\\.ts$" },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
  },
};
