/**
 * A token in a few EVM instructions, enough of ERC-20 to be paid with: `transfer` and `balanceOf` on one balance for each
 * account, and the event `Transfer`. The account that creates it gets the whole supply.
 */

export const SUPPLY = 1_000_000n;

/** Instructions as hex, spaces ignored. */
function hex(...instructions: readonly string[]): string {
  return instructions.join("").replaceAll(" ", "");
}

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

const dispatch = (transfer: number, balanceOf: number): string =>
  hex(
    "60 00 35 60 e0 1c", // selector = calldata[0..4]
    `80 63 a9059cbb 14 60 ${byte(transfer)} 57`, // transfer(address,uint256)
    `63 70a08231 14 60 ${byte(balanceOf)} 57`, // balanceOf(address)
    "60 00 80 fd", // revert
  );

const balanceOf = hex("5b 60 04 35 54", "60 00 52 60 20 60 00 f3"); // return balance[calldata[4]]

const transfer = (revert: number): string =>
  hex(
    "5b 60 24 35 33 54", // amount, balance[caller]
    `81 81 10 60 ${byte(revert)} 57`, // revert when balance < amount
    "81 90 03 33 55", // balance[caller] -= amount
    "60 04 35 80 54 82 01 90 55", // balance[to] += amount
    "60 00 52 60 04 35 33", // memory = amount; to, from
    "7f ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", // Transfer(address,address,uint256)
    "60 20 60 00 a3", // log
    "60 01 60 00 52 60 20 60 00 f3", // return true
  );

const revert = hex("5b 60 00 80 fd");

const length = (code: string): number => code.length / 2;
const balanceOfAt = length(dispatch(0, 0));
const transferAt = balanceOfAt + length(balanceOf);
const revertAt = transferAt + length(transfer(0));
const runtime = dispatch(transferAt, balanceOfAt) + balanceOf + transfer(revertAt) + revert;

const initialisation = (offset: number): string =>
  hex(
    `62 ${SUPPLY.toString(16).padStart(6, "0")} 33 55`, // balance[caller] = supply
    `60 ${byte(length(runtime))} 80 60 ${byte(offset)} 60 00 39 60 00 f3`, // return the code that follows
  );

/** What creates the token when it is sent as data without recipient. */
export const creationCode = `0x${initialisation(length(initialisation(0)))}${runtime}`;

function word(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

export function transferCall(to: string, amount: bigint): string {
  return `0xa9059cbb${word(BigInt(to))}${word(amount)}`;
}

export function balanceOfCall(account: string): string {
  return `0x70a08231${word(BigInt(account))}`;
}
