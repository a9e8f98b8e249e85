/**
 * Milliseconds on a clock that all processes of this machine share and that never steps: what one process notes, another can
 * subtract. (`performance.now()` counts from the start of its own process.)
 */
export function machineNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
