/**
 * The Cadence texts (version 1.0) of the transactions that the API asks for by name, and the contracts they use.
 * https://cadence-lang.org/docs/language/transactions
 */

import type { Network } from "../../chain.ts";

/**
 * The addresses of the contracts, by network.
 * https://github.com/onflow/flow-ft, https://github.com/onflow/flow-nft
 */
export const CONTRACTS = {
  mainnet: {
    FlowToken: "0x1654653399040a61",
    FungibleToken: "0xf233dcee88fe0abe",
    FUSD: "0x3c5959b568896393",
    NonFungibleToken: "0x1d7e57aa55817448",
    TatumMultiNFT: "0x354e6721564ccd2c",
  },
  testnet: {
    FlowToken: "0x7e60df042a9c0868",
    FungibleToken: "0x9a0766d93b6608b7",
    FUSD: "0xe223d8a629e49c68",
    NonFungibleToken: "0x631e88ae7f1d7c20",
    TatumMultiNFT: "0x87fe4ebd0cddde06",
  },
} as const satisfies Readonly<Record<Network, Readonly<Record<string, string>>>>;

type ContractName = keyof (typeof CONTRACTS)["mainnet"];

/** Where accounts keep the tokens of a kind, and where others reach them. */
const VAULTS = {
  FLOW: { contract: "FlowToken", storage: "/storage/flowTokenVault", receiver: "/public/flowTokenReceiver" },
  FUSD: { contract: "FUSD", storage: "/storage/fusdVault", receiver: "/public/fusdReceiver" },
} as const;

export type TokenName = keyof typeof VAULTS;

/** Arguments: the amount, the recipient. */
export function transferScript(token: TokenName, network: Network): string {
  const { contract, storage, receiver } = VAULTS[token];
  return `${imports(network, "FungibleToken", contract)}
transaction(amount: UFix64, recipient: Address) {
    let payment: @{FungibleToken.Vault}

    prepare(sender: auth(BorrowValue) &Account) {
        let vault = sender.storage.borrow<auth(FungibleToken.Withdraw) &${contract}.Vault>(from: ${storage})
            ?? panic("The sender has no vault for ${token}.")
        self.payment <- vault.withdraw(amount: amount)
    }

    execute {
        let receiver = getAccount(recipient).capabilities.borrow<&{FungibleToken.Receiver}>(${receiver})
            ?? panic("The recipient cannot receive ${token}.")
        receiver.deposit(from: <-self.payment)
    }
}
`;
}

/** Reads the weight of the key, a big-endian number, out of its RLP form. */
const KEY_FIELDS = `let fields = RLP.decodeList(publicKey.decodeHex())
        var weight: UFix64 = 0.0
        for byte in RLP.decodeString(fields[3]) {
            weight = weight * 256.0 + UFix64(byte)
        }
        let key = PublicKey(
            publicKey: RLP.decodeString(fields[0]),
            signatureAlgorithm: SignatureAlgorithm.ECDSA_secp256k1
        )`;

/** Argument: the key of the new account, as hex of its RLP form. */
export const CREATE_ACCOUNT_SCRIPT = `transaction(publicKey: String) {
    prepare(payer: auth(BorrowValue) &Account) {
        ${KEY_FIELDS}
        Account(payer: payer).keys.add(publicKey: key, hashAlgorithm: HashAlgorithm.SHA3_256, weight: weight)
    }
}
`;

/** Argument: the key, as hex of its RLP form. */
export const ADD_KEY_SCRIPT = `transaction(publicKey: String) {
    prepare(owner: auth(AddKey) &Account) {
        ${KEY_FIELDS}
        owner.keys.add(publicKey: key, hashAlgorithm: HashAlgorithm.SHA3_256, weight: weight)
    }
}
`;

const PUBLIC_COLLECTION = "&{TatumMultiNFT.TatumMultiNftCollectionPublic}";

/** Arguments: the recipient, the URL of the metadata, the token type. */
export function mintScript(network: Network): string {
  return `${imports(network, "TatumMultiNFT")}
transaction(recipient: Address, url: String, type: String) {
    let minter: &TatumMultiNFT.NFTMinter

    prepare(signer: auth(BorrowValue) &Account) {
        self.minter = signer.storage.borrow<&TatumMultiNFT.NFTMinter>(from: TatumMultiNFT.MinterStoragePath)
            ?? panic("The account is no minter.")
    }

    execute {
        let collection = getAccount(recipient).capabilities
            .borrow<${PUBLIC_COLLECTION}>(TatumMultiNFT.CollectionPublicPath)
            ?? panic("The recipient has no collection.")
        self.minter.mintNFT(recipient: collection, type: type, url: url, address: recipient)
    }
}
`;
}

/** Arguments: the recipients, the URLs of the metadata in the same order, the token type. */
export function mintMultipleScript(network: Network): string {
  return `${imports(network, "TatumMultiNFT")}
transaction(recipients: [Address], urls: [String], type: String) {
    let minter: &TatumMultiNFT.NFTMinter

    prepare(signer: auth(BorrowValue) &Account) {
        self.minter = signer.storage.borrow<&TatumMultiNFT.NFTMinter>(from: TatumMultiNFT.MinterStoragePath)
            ?? panic("The account is no minter.")
    }

    pre {
        recipients.length == urls.length: "There must be one URL for each recipient."
    }

    execute {
        var position = 0
        while position < recipients.length {
            let recipient = recipients[position]
            let collection = getAccount(recipient).capabilities
                .borrow<${PUBLIC_COLLECTION}>(TatumMultiNFT.CollectionPublicPath)
                ?? panic("A recipient has no collection.")
            self.minter.mintNFT(recipient: collection, type: type, url: urls[position], address: recipient)
            position = position + 1
        }
    }
}
`;
}

const BORROW_COLLECTION = `signer.storage
            .borrow<auth(NonFungibleToken.Withdraw) &TatumMultiNFT.Collection>(from: TatumMultiNFT.CollectionStoragePath)
            ?? panic("The account has no collection.")`;

/** Arguments: the id of the token, its type. */
export function burnScript(network: Network): string {
  return `${imports(network, "NonFungibleToken", "TatumMultiNFT")}
transaction(id: UInt64, type: String) {
    prepare(signer: auth(BorrowValue) &Account) {
        let collection = ${BORROW_COLLECTION}
        // Fails when the token is of another type.
        collection.borrowTatumNFT(id: id, type: type)
        destroy collection.withdraw(withdrawID: id)
    }
}
`;
}

/** Arguments: the recipient, the id of the token. */
export function transferTokenScript(network: Network): string {
  return `${imports(network, "NonFungibleToken", "TatumMultiNFT")}
transaction(recipient: Address, id: UInt64) {
    let token: @{NonFungibleToken.NFT}

    prepare(signer: auth(BorrowValue) &Account) {
        let collection = ${BORROW_COLLECTION}
        self.token <- collection.withdraw(withdrawID: id)
    }

    execute {
        let collection = getAccount(recipient).capabilities
            .borrow<${PUBLIC_COLLECTION}>(TatumMultiNFT.CollectionPublicPath)
            ?? panic("The recipient has no collection.")
        collection.deposit(token: <-self.token)
    }
}
`;
}

function imports(network: Network, ...names: readonly ContractName[]): string {
  return names.map((name) => `import ${name} from ${CONTRACTS[network][name]}\n`).join("");
}
