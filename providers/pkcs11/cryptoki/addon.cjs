/** Stands for the native addon of pkcs11js, which loads it with `require` and adds classes of errors to it. */
const { PKCS11 } = require("./cryptoki.ts");
const { numbers } = require("./numbers.ts");

module.exports = { ...numbers, PKCS11 };
