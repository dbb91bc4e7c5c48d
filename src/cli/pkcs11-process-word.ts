/** The word of the command line with which this program starts itself to hold a vendor's PKCS#11 module. */

export const pkcs11ProcessWord = "pkcs11-process";
