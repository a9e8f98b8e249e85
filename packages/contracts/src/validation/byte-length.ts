/**
 * Whether `text` has more than `maxBytes` bytes of UTF-8. A UTF-16 unit takes 1 to 3 bytes, so most texts need no counting,
 * and a huge one costs nothing.
 */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return false;
  return text.length > maxBytes || Buffer.byteLength(text) > maxBytes;
}
