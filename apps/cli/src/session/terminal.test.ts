import { describe, expect, it } from 'vitest';
import { createPaint, hasColor, isLive } from './terminal.ts';

const tty = { isTTY: true, env: { TERM: 'xterm' }, noColor: false };

describe('colours', () => {
  it.each([
    ['show on a terminal', tty, true],
    ['stay out of files and pipes', { ...tty, isTTY: false }, false],
    ['stay out with --no-color', { ...tty, noColor: true }, false],
    ['stay out with NO_COLOR', { ...tty, env: { NO_COLOR: '1' } }, false],
    ['show with an empty NO_COLOR', { ...tty, env: { NO_COLOR: '' } }, true],
    ['stay out of a dumb terminal', { ...tty, env: { TERM: 'dumb' } }, false],
  ])('%s', (_title, facts, expected) => {
    expect(hasColor(facts)).toBe(expected);
  });

  it('leave the text as it is when they are off', () => {
    expect(createPaint(false)('red', 'x')).toBe('x');
    expect(createPaint(true)('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  });
});

describe('animation', () => {
  it.each([
    ['runs on a terminal, coloured or not', { isTTY: true, env: { NO_COLOR: '1' } }, true],
    ['is off on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
    ['is off in a pipe', { isTTY: false, env: {} }, false],
  ])('%s', (_title, facts, expected) => {
    expect(isLive(facts)).toBe(expected);
  });
});
