/** The stand-in of pkcs11js's native addon, which it loads with `require` and adds classes of errors to. */
const { PKCS11 } = require("./cryptoki.ts");
const { numbers } = require("./numbers.ts");

module.exports = { ...numbers, PKCS11 };
