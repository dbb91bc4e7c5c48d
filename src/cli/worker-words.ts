/** The words of the command line with which this program starts itself as a process for code that is not ours. */
export const workerWords = { pkcs11: "pkcs11-process", aws: "aws-process" } as const;
