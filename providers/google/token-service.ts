/** Who gives tokens for Google's services, for people. */
export const TOKEN_SERVICE = "Google's token service";

/** What tokens are for; Secret Manager has no narrower scope. */
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
