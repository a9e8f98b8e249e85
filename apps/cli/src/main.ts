#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { DEFAULT_RUN_FILE, liveRunFile } from '@cio-fleet/lifecycle';
import { runCli } from './run-cli.ts';

/** So that `fleet` finds the demo of its checkout from any folder. */
const CHECKOUT_RUN_FILE = fileURLToPath(new URL(`../../../${DEFAULT_RUN_FILE}`, import.meta.url));

// `fleet dead-letters | head` closes the pipe early: that is no failure, and nobody is left to be told.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { env, stdout, stderr } = process;
const runFilePath = liveRunFile([DEFAULT_RUN_FILE, CHECKOUT_RUN_FILE]);
process.exitCode = await runCli(process.argv.slice(2), { env, stdout, stderr, runFilePath });
