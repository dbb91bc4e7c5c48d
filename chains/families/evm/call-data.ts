/**
 * Call data of contract methods, decoded for display: the ABI of Solidity, with the methods of token standards.
 * https://docs.soliditylang.org/en/latest/abi-spec.html
 * https://eips.ethereum.org/EIPS/eip-20, https://eips.ethereum.org/EIPS/eip-721, https://eips.ethereum.org/EIPS/eip-1155
 */
import type { Hex } from "viem";
import { decodeAbiParameters, encodeAbiParameters, toFunctionSelector } from "viem/utils";

/** Contract methods whose calls are shown with their arguments, by their signatures (Solidity ABI). */
const KNOWN_METHODS: readonly string[] = [
  // ERC-20; transferFrom and approve are those of ERC-721 as well
  "transfer(address,uint256)",
  "transferFrom(address,address,uint256)",
  "approve(address,uint256)",
  "increaseAllowance(address,uint256)",
  "decreaseAllowance(address,uint256)",
  // ERC-721 and ERC-1155
  "safeTransferFrom(address,address,uint256)",
  "safeTransferFrom(address,address,uint256,bytes)",
  "safeTransferFrom(address,address,uint256,uint256,bytes)",
  "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
  "setApprovalForAll(address,bool)",
  // Creating and destroying tokens
  "mint(address,uint256)",
  "mint(address,uint256,uint256,bytes)",
  "mintBatch(address,uint256[],uint256[],bytes)",
  "mintWithTokenURI(address,uint256,string)",
  "burn(uint256)",
  "burn(address,uint256,uint256)",
  "burnFrom(address,uint256)",
  "burnBatch(address,uint256[],uint256[])",
];

/** A call of a contract method. */
interface MethodCall {
  /** The method's signature where it is known, else its 4-byte selector, else all of the data. */
  readonly method: string;
  /** Addresses in lower case, numbers in decimal, bytes as 0x-hex, lists in brackets; of unknown methods what follows. */
  readonly arguments: readonly string[];
}

const SELECTOR_LENGTH = "0x12345678".length;

const methodsBySelector: ReadonlyMap<string, string> = new Map(
  KNOWN_METHODS.map((method) => [toFunctionSelector(method), method]),
);

/** Decodes call data (Solidity ABI). What is not exactly the encoding of a known method is not guessed at. */
export function decodeCall(data: Hex): MethodCall {
  const selector = data.slice(0, SELECTOR_LENGTH);
  const method = methodsBySelector.get(selector);
  const encoded: Hex = `0x${data.slice(SELECTOR_LENGTH)}`;
  const unknown = { method: selector, arguments: encoded === "0x" ? [] : [encoded] };
  if (method === undefined) return unknown;

  const parameters = method
    .slice(method.indexOf("(") + 1, -1)
    .split(",")
    .map((type) => ({ type }));
  try {
    const values: readonly unknown[] = decodeAbiParameters(parameters, encoded);
    // Dirty or trailing bytes mean different things to different contracts.
    if (encodeAbiParameters(parameters, values) !== encoded) return unknown;
    return { method, arguments: values.map((value, i) => argumentText(value, parameters[i]?.type)) };
  } catch {
    return unknown;
  }
}

function argumentText(value: unknown, type: string | undefined): string {
  if (Array.isArray(value)) return `[${value.map(String).join(",")}]`;
  return type === "address" ? String(value).toLowerCase() : String(value);
}
