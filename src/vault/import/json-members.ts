/**
 * The members of a JSON object as they stand in its text (RFC 8259). A JavaScript object would move members with
 * names like "1" to the front and keep only the last of two with one name.
 */

export interface JsonMember {
  readonly name: string;
  /** The value's text. */
  readonly text: string;
}

/** A string, a bracket, a comma or a colon; numbers and words are what lies between. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** @param text The text of an object, known to be valid JSON. */
export function jsonMembers(text: string): JsonMember[] {
  const members: JsonMember[] = [];
  let depth = 0;
  let name: string | undefined;
  let start = 0;
  const finish = (end: number) => {
    if (name !== undefined) members.push({ name, text: text.slice(start, end).trim() });
    name = undefined;
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") {
      if (depth === 1) finish(index);
      depth -= 1;
    } else if (depth === 1 && token === ",") finish(index);
    else if (depth === 1 && token !== ":" && name === undefined) {
      name = JSON.parse(token) as string;
      start = text.indexOf(":", index + token.length) + 1;
    }
  }
  return members;
}
