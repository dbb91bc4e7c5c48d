/** A transaction id of any chain (hexadecimal, base32, base58, base64), fit to be a part of a URL. */
export const TRANSACTION_ID = /^\w[\w.:+/=-]{0,511}$/;
