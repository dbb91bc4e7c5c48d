/** Adds wallets to a vault one by one, as a process of its own: `bun add-wallets.ts <path> <password> <name> <count>`. */
import { Secret } from "../../../providers/secret.ts";
import { openVaultAt } from "./vault-at.ts";

const [path = "", password = "", name = "", count = ""] = process.argv.slice(2);
const vault = await openVaultAt(path, new Secret(password));
for (let n = 0; n < Number(count); n++) {
  await vault.add([[`${name} ${n}`, { privateKey: "k", chain: "ETH", testnet: true }]]);
}
await vault.close();
