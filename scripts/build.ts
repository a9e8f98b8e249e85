import { runPnpm } from './check-steps/run-command.ts';

/** `npm run build`: JavaScript and types of all packages and apps, into their `dist`; what was built before and didn't change is kept. */
process.exitCode = runPnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only']);
