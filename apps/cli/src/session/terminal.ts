import { styleText } from 'node:util';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string;

/** What decides about colours and animation. */
export interface TerminalFacts {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color`. */
  readonly noColor: boolean;
}

/**
 * Colours only for a person who wants them: not in files and pipes, not on dumb terminals.
 *
 * @see https://no-color.org
 */
export function hasColor({ isTTY, env, noColor }: TerminalFacts): boolean {
  return isTTY && !noColor && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Whether a line may be drawn over: the progress bar and `status --watch` do. */
export function isLive({ isTTY, env }: Pick<TerminalFacts, 'isTTY' | 'env'>): boolean {
  return isTTY && env.TERM !== 'dumb';
}

/** Paints, or not. */
export function createPaint(withColor: boolean): Paint {
  if (!withColor) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
