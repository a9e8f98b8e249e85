import { text } from 'node:stream/consumers';
import { hashPassword } from './access/password.ts';

// Reads a password from stdin, so that it shows in no process list and no shell history.
const password = (await text(process.stdin)).replace(/\r?\n$/, '');
if (password === '') {
  process.stderr.write('expected a password on stdin, got nothing\n');
  process.exitCode = 2;
} else process.stdout.write(`${await hashPassword(password)}\n`);
