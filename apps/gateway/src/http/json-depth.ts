const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/**
 * Whether JSON text nests deeper than `maxDepth`, told without parsing it: V8 parses a million levels, but whoever walks or
 * writes such a value afterwards overflows the stack.
 */
export function isDeeperThan(json: Buffer, maxDepth: number): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfText(json, index + 1);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

/** The place of the quote that ends a text; the end of the JSON where none does. */
function endOfText(json: Buffer, from: number): number {
  let index = json.indexOf(QUOTE, from);
  while (index >= 0) {
    let backslashes = 0;
    while (json[index - 1 - backslashes] === BACKSLASH && index - 1 - backslashes >= from) backslashes += 1;
    if (backslashes % 2 === 0) return index;
    index = json.indexOf(QUOTE, index + 1);
  }
  return json.length;
}
