const COUNT = new Intl.NumberFormat('en-US');
const RATE = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `12,345`. */
export function formatCount(value: number): string {
  return COUNT.format(value);
}

/** `0`, `0.25`, `1,230`: three digits are as exact as a rate is. */
export function formatRate(perSecond: number): string {
  return RATE.format(perSecond);
}

/** `80 ms`, `12 s`, `3 m 05 s`, `2 h 07 m`, `4 d 3 h`; a dash for nothing. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `640 B`, `12 KB`, `3.4 MB`, `1.2 GB`, in steps of 1,000. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0-3, 6` for `[0, 1, 2, 3, 6]`. */
export function formatRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ') || '–';
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
