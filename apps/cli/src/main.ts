#!/usr/bin/env node
import { runCli } from './run-cli.ts';

// `fleet dead-letters | head` closes the pipe early: that is no failure, and nobody is left to be told.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { env, stdout, stderr } = process;
process.exitCode = await runCli(process.argv.slice(2), { env, stdout, stderr });
