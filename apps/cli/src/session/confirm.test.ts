import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirmEnvironment } from './confirm.ts';

function ask(typed: string): { readonly answer: Promise<void>; readonly shown: () => string } {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answer = confirmEnvironment({ question: '12 dead letters go back', environment: 'production', input, output });
  input.end(typed);
  return { answer, shown: () => String(output.read() ?? '') };
}

describe('a confirmation', () => {
  it('tells what happens, and is given by typing the name of the environment', async () => {
    const { answer, shown } = ask('production\n');
    await expect(answer).resolves.toBeUndefined();
    expect(shown()).toContain('12 dead letters go back\ntype production to go on: ');
  });

  it.each(['yes\n', 'staging\n', '\n', ''])('is not given by %j', async (typed) => {
    await expect(ask(typed).answer).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/nothing was changed/),
    });
  });
});
