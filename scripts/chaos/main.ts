import type { Drill } from './drills/drill.ts';
import { DRILLS } from './drills.ts';
import { runFaults } from './fault-run.ts';
import { FAULTS } from './faults/index.ts';
import { flavourOf } from './flavour.ts';
import { problemsOf } from './judge.ts';
import { parseChaosOptions } from './options.ts';
import { soak } from './soak.ts';

const parsed = parseChaosOptions(process.argv.slice(2), Date.now() % 1_000_000);
if (!parsed.ok) {
  console.error(parsed.problem);
  process.exit(2);
}
const { seeds, minutes, only, drill, soakMinutes, json, perSecond } = parsed.options;
/** With `--json`, stdout is for the results alone. */
const say = json ? console.error : console.log;
const onFault = (name: string, atSeconds: number) => say(`  ${atSeconds.toFixed(1).padStart(6)} s  ${name}`);
let hasFailed = false;

const drills = DRILLS.filter(({ name }) => drill === 'all' || name === drill);
if (drill !== undefined && drills.length === 0) {
  console.error(`expected --drill to be all or one of ${DRILLS.map(({ name }) => name).join(', ')}, got ${drill}`);
  process.exit(2);
}
for (const seed of seeds) {
  for (const each of drills) await runDrill(each, seed);
  if (drills.length > 0) continue;
  if (soakMinutes !== undefined) await runSoak(seed, soakMinutes);
  else await runRandom(seed);
}
process.exit(hasFailed ? 1 : 0);

async function runRandom(seed: number): Promise<void> {
  const faults = FAULTS.filter(({ name, family }) => only === undefined || `${family}: ${name}`.includes(only));
  if (faults.length === 0) {
    const names = FAULTS.map(({ name, family }) => `${family}: ${name}`);
    console.error(`expected --only to be part of one of these, got ${only}:\n  ${names.join('\n  ')}`);
    process.exit(2);
  }
  const { name, ...flavour } = flavourOf(seed);
  say(`seed ${seed}: ${minutes} min, 3 workers, 2 producers, ${perSecond} operations/s, ${name}`);
  const load = { workers: 3, producers: 2, perSecond };
  const result = await runFaults({ seed, seconds: minutes * 60, ...load, ...flavour, faults, onFault });
  judge(`faults, seed ${seed}, ${name}`, result, problemsOf(result));
}

async function runSoak(seed: number, forMinutes: number): Promise<void> {
  say(`seed ${seed}: soak for ${forMinutes} min, a fault a minute, ${perSecond} operations/s`);
  const { problems, ...result } = await soak({ seed, minutes: forMinutes, perSecond, onFault });
  judge(`soak, seed ${seed}`, result, problems);
}

async function runDrill({ name, description, run }: Drill, seed: number): Promise<void> {
  say(description);
  const { result, problems } = await run(seed, say);
  judge(`${name}, seed ${seed}`, result, problems);
}

function judge(name: string, result: object, problems: readonly string[]): void {
  const passed = problems.length === 0;
  if (!passed) hasFailed = true;
  say(`${passed ? 'PASS' : 'FAIL'} ${name} ${JSON.stringify(result)}`);
  for (const problem of problems) say(`  ${problem}`);
  if (json) console.log(JSON.stringify({ name, passed, problems, ...result }));
}
