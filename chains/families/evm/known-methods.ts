/** Contract methods whose calls are shown with their arguments, by their signatures (Solidity ABI). */
export const KNOWN_METHODS: readonly string[] = [
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
