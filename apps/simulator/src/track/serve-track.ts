import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { dress, faultAnswer } from '../faults/fault-answer.ts';
import { readBody } from '../http/read-body.ts';
import { sendAnswer, sendHalf } from '../http/send-answer.ts';
import type { Simulation } from '../simulation.ts';
import { dialectOf, maxBodyBytes, tooLargeAnswer, track } from './track.ts';

/**
 * Serves one Track request, faults included. Effects come at receipt, latency between them and the answer: a client
 * that gives up waiting does not undo what was sent.
 */
export async function serveTrack(
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { settings, faults, stats, accounts } = simulation;
  const { path, query } = splitUrl(request.url ?? '/');
  const plan = faults.draw(settings.now());
  const ordinal = stats.countRequest();
  const body = await readBody(request, maxBodyBytes(path));
  if (body === 'aborted') return stats.countAnswer('none');
  if (plan.hang) return stats.countAnswer('none');

  const answer =
    faultAnswer(plan, dialectOf(path)) ??
    (body === 'too-large'
      ? tooLargeAnswer(path)
      : dress(
          plan,
          track(
            {
              method: request.method ?? 'GET',
              path,
              query,
              contentType: request.headers['content-type'],
              account: accounts.find(request.headers.authorization),
              body,
            },
            accounts,
            simulation.intake(ordinal, settings.now(), plan),
          ),
        ));

  const latencyMs = settings.latencyMs + (plan.latencyMs ?? 0);
  if (latencyMs > 0) await wait(latencyMs, undefined, { ref: false });

  if (plan.dropAfterAccept || plan.resetMidAnswer) {
    stats.countAnswer('none');
    if (plan.dropAfterAccept) response.destroy();
    else sendHalf(response, answer);
    return;
  }
  stats.countAnswer(answer.status);
  sendAnswer(response, answer, !request.complete);
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}
