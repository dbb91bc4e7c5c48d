/** The software token of NSS in a folder. Run as a program, with a folder and a PIN, it makes the token. */
import { existsSync } from "node:fs";
import { Module, SessionFlag, UserType } from "graphene-pk11";

/** Of Debian's libnss3. */
export const nssModule =
  ["/usr/lib/x86_64-linux-gnu/libsoftokn3.so", "/usr/lib/aarch64-linux-gnu/libsoftokn3.so"].find((path) =>
    existsSync(path),
  ) ?? "/usr/lib/libsoftokn3.so";

/** What the module wants at C_Initialize. */
export function nssParameters(folder: string): string {
  return `configdir='sql:${folder}' certPrefix='' keyPrefix='' secmod='' flags= dbTokenDescription='t1'`;
}

function makeToken(folder: string, pin: string): void {
  const module = Module.load(nssModule);
  module.initialize({ libraryParameters: nssParameters(folder), flags: 0 });
  const slots = module.getSlots(true);
  const slot = Array.from({ length: slots.length }, (_, index) => slots.items(index)).find(
    (candidate) => candidate.getToken().label === "t1",
  );
  const session = slot?.open(SessionFlag.SERIAL_SESSION | SessionFlag.RW_SESSION);
  if (session === undefined) throw new Error("NSS shows no token t1.");
  // A fresh database has an officer with an empty PIN.
  session.login("", UserType.SO);
  session.initPin(pin);
}

const [folder, pin] = process.argv.slice(2);
if (import.meta.main && folder !== undefined && pin !== undefined) makeToken(folder, pin);
