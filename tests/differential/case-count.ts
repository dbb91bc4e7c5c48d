/** How many random cases each differential test tries; a long run sets it to 1,000 and more. */
export const caseCount = Number(process.env["TATUM_KMS_TEST_CASES"] ?? 50);
