/**
 * The memory block in which Linux keeps the arguments and the environment that a process was started with, as anybody who
 * may look at the process sees it (`ps e`, `/proc/<pid>/environ`).
 */

/** Names that end in such a word hold a secret. Those of files, ids and addresses (`..._TOKEN_FILE`) do not. */
const SECRET_NAME = /(^|_)(PASSWORD|PASSWD|PASSPHRASE|PIN|SECRET|SECRET_ID|TOKEN|APIKEY|KEY|MNEMONIC)$/i;

/** Whether the value of a variable of this name is a secret: ours, and those of clouds and secret stores. */
export function isSecretVariable(name: string): boolean {
  return SECRET_NAME.test(name);
}

const END = 0;
const EQUALS = "=".charCodeAt(0);

/**
 * Overwrites the values of secret variables with zeros, in place. The names stay.
 * @param environment `NAME=value` texts, each ended by a zero byte
 */
export function blankSecretVariables(environment: Buffer): void {
  for (let start = 0; start < environment.length; ) {
    const found = environment.indexOf(END, start);
    const end = found === -1 ? environment.length : found;
    const equals = environment.subarray(start, end).indexOf(EQUALS);
    const isSecret = equals > 0 && isSecretVariable(environment.toString("latin1", start, start + equals));
    if (isSecret) environment.fill(END, start + equals + 1, end);
    start = end + 1;
  }
}

/** Overwrites a text wherever it stands, in place. */
export function blankText(block: Buffer, text: string): void {
  const length = Buffer.byteLength(text);
  if (length === 0) return;
  for (let at = block.indexOf(text); at !== -1; at = block.indexOf(text, at + length)) {
    block.fill(END, at, at + length);
  }
}
