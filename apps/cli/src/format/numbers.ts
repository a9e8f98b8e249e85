/** `1234567` as `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** `1 operation`, `2 operations`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes in units of 1,024: `512 B`, `1.5 MB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let index = 0;
  while (size >= 1_024 && index < SIZES.length - 1) {
    size /= 1_024;
    index += 1;
  }
  return `${size >= 10 || index === 0 ? Math.round(size) : Number(size.toFixed(1))} ${SIZES[index]}`;
}
