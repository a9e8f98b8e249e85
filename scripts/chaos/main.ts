import { orderAndLoss } from '../scenarios/order-and-loss.ts';
import { runFaults } from './fault-run.ts';
import { FAULTS } from './faults/index.ts';
import { problemsOf } from './judge.ts';
import { type ChaosOptions, parseChaosOptions } from './options.ts';

const parsed = parseChaosOptions(process.argv.slice(2), Date.now() % 1_000_000);
if (!parsed.ok) {
  console.error(parsed.problem);
  process.exit(2);
}
const { options } = parsed;
/** With `--json`, stdout is for the results alone. */
const say = options.json ? console.error : console.log;
let hasFailed = false;

if (options.only !== 'order') {
  for (const seed of options.seeds) await faultRun(seed, options);
}
if (options.only === undefined || options.only === 'order') await orderRun(options.seeds[0] ?? 1);
process.exit(hasFailed ? 1 : 0);

async function faultRun(seed: number, { minutes, only, perSecond }: ChaosOptions): Promise<void> {
  const faults = FAULTS.filter(({ name, family }) => only === undefined || `${family} ${name}`.includes(only));
  if (faults.length === 0) {
    console.error(`expected --only to be part of a fault's name or family, got ${only}`);
    process.exit(2);
  }
  say(`seed ${seed}: random faults for ${minutes} min, 3 workers, 2 producers, ${perSecond} operations/s`);
  const result = await runFaults({
    seed,
    seconds: minutes * 60,
    workers: 3,
    producers: 2,
    perSecond,
    faults,
    onFault: (name, at) => say(`  ${at.toFixed(1).padStart(6)} s  ${name}`),
  });
  judge(`faults, seed ${seed}`, result, problemsOf(result));
}

async function orderRun(seed: number): Promise<void> {
  say('100,000 operations on 2,000 persons, 2 workers, one killed every 1.5 s');
  const result = await orderAndLoss({
    operations: 100_000,
    persons: 2000,
    workers: 2,
    killEveryMs: 1500,
    perSecond: 2500,
    seed,
    settleMs: 60_000,
  });
  const isGood = result.lost + result.outOfOrder + result.held === 0 && result.repeats < 10_000;
  judge('order and loss', result, isGood ? [] : ['expected nothing lost, in order, nobody held, repeats < 10 %']);
}

function judge(name: string, result: object, problems: readonly string[]): void {
  const passed = problems.length === 0;
  if (!passed) hasFailed = true;
  say(`${passed ? 'PASS' : 'FAIL'} ${name} ${JSON.stringify(result)}`);
  for (const problem of problems) say(`  ${problem}`);
  if (options.json) console.log(JSON.stringify({ name, passed, problems, ...result }));
}
