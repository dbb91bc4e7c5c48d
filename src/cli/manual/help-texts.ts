/**
 * The help of every command as it is laid out where nobody looks on, by the words of the command. The build puts it in the place of
 * this module (scripts/release/executable.ts): laying it out takes as long as the rest of a start.
 */
export const helpTexts: Readonly<Record<string, string>> | undefined = undefined;
