import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Seconds of traffic; undefined: until Ctrl-C. */
  readonly seconds: number | undefined;
  /** Operations per second. */
  readonly rate: number;
}

const USAGE = 'usage: npm run demo -- [--seconds N] [--rate OPERATIONS_PER_SECOND]';

/** Reads the arguments of the demo. @throws Error that says what was expected, for the person who typed them */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string' }, rate: { type: 'string', default: '120' } },
  });
  return {
    seconds: values.seconds === undefined ? undefined : positive('--seconds', values.seconds),
    rate: positive('--rate', values.rate),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`${name}: expected a number above 0, got ${JSON.stringify(text)}; ${USAGE}`);
}
