import { type Progress, progressBar, progressFacts } from '../format/progress-line.ts';
import type { Output } from './output.ts';

/** Shows progress on stderr. */
export interface ProgressDisplay {
  /** Tells where it stands; shown now and then. */
  update(progress: Progress): void;
  /** Says something in between, on a line of its own. */
  note(text: string): void;
  /** Shows the last state and ends the line. */
  end(): void;
}

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5_000;
const CLEAR_LINE = '\r\u001b[2K';

/** A bar where lines can be drawn over, else a line every 5 s. */
export function createProgressDisplay(output: Output, nowMs: () => number = () => performance.now()): ProgressDisplay {
  const intervalMs = output.isNoteLive ? BAR_INTERVAL_MS : LINE_INTERVAL_MS;
  let last: Progress | undefined;
  let shownAtMs = nowMs();
  const draw = () => {
    if (last !== undefined) output.draw(CLEAR_LINE + progressBar(last, output.noteColumns, output.notePaint));
  };
  return {
    update(progress) {
      last = progress;
      if (nowMs() - shownAtMs < intervalMs) return;
      shownAtMs = nowMs();
      if (output.isNoteLive) draw();
      else output.note(progressFacts(progress));
    },
    note(text) {
      if (output.isNoteLive) output.draw(CLEAR_LINE);
      output.note(text);
      if (output.isNoteLive) draw();
    },
    end() {
      if (!output.isNoteLive || last === undefined) return;
      draw();
      output.draw('\n');
    },
  };
}
