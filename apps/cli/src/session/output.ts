import { createPaint, hasColor, isLive, type Paint } from './terminal.ts';

/** Data goes to stdout, everything else to stderr. */
export interface Output {
  /** Whether the result is to be JSON. */
  readonly json: boolean;
  /** For what goes to stdout. */
  readonly paint: Paint;
  /** For what goes to stderr. */
  readonly notePaint: Paint;
  /** Whether lines on stdout may be drawn over. */
  readonly isLive: boolean;
  /** Whether lines on stderr may be drawn over. */
  readonly isNoteLive: boolean;
  /** Width of stderr, in columns. */
  readonly noteColumns: number;
  /** A result for people, with a line end. */
  data(text: string): void;
  /** A result for programs: one line of JSON. */
  value(value: unknown): void;
  /** The result: JSON with `--json`, else what `text` gives. */
  result(value: unknown, text: () => string): void;
  /** A remark, with a line end. */
  note(text: string): void;
  /** Text for stderr as it is. */
  draw(text: string): void;
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

export interface OutputOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly noColor: boolean;
}

const DEFAULT_COLUMNS = 80;

export function createOutput({ stdout, stderr, env, json, noColor }: OutputOptions): Output {
  const isOutTTY = stdout.isTTY === true;
  const isErrTTY = stderr.isTTY === true;
  const data = (text: string) => void stdout.write(`${text}\n`);
  const value = (result: unknown) => data(JSON.stringify(result));
  return {
    json,
    paint: createPaint(hasColor({ isTTY: isOutTTY, env, noColor })),
    notePaint: createPaint(hasColor({ isTTY: isErrTTY, env, noColor })),
    isLive: isLive({ isTTY: isOutTTY, env }),
    isNoteLive: isLive({ isTTY: isErrTTY, env }),
    // 0 where the terminal does not know.
    noteColumns: stderr.columns || DEFAULT_COLUMNS,
    data,
    value,
    result: (result, text) => (json ? value(result) : data(text())),
    note: (text) => void stderr.write(`${text}\n`),
    draw: (text) => void stderr.write(text),
  };
}
