import type { Answer } from '@cio-fleet/delivery';
import type { Region } from '@cio-fleet/workspaces';
import { printable } from '../format/printable.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What Customer.io was asked with. */
export interface CredentialFacts {
  readonly region: Region;
  /** Where it was asked: the region's host, or `CUSTOMERIO_TRACK_URL`. */
  readonly place: string;
}

const CHECK = 'credentials';
const MAX_MESSAGE = 120;

/** What is to be said about the answer of `accounts/region`. @see https://docs.customer.io/api/track/ */
export function judgeCredentials(answer: Answer, { region, place }: CredentialFacts): Finding {
  if (answer.kind === 'failure') {
    const found = `no answer from ${place} (${printable(answer.code)}: ${printable(answer.message, MAX_MESSAGE)})`;
    return fail(
      CHECK,
      found,
      'let this machine reach Customer.io (DNS, firewall, proxy), or correct CUSTOMERIO_TRACK_URL',
    );
  }
  const { status, body } = answer;
  if (status === 401 || status === 403) {
    return fail(
      CHECK,
      `${place} refuses them (${status})`,
      'correct CUSTOMERIO_SITE_ID and CUSTOMERIO_TRACK_API_KEY (or the workspaces file)',
    );
  }
  if (status >= 300 && status < 400) {
    return fail(
      CHECK,
      `${place} redirects (${status})`,
      `the workspace is in another data centre: set the region to ${region === 'us' ? 'eu' : 'us'}`,
    );
  }
  if (status !== 200) {
    return warn(CHECK, `${place} answered ${status}`, "try again; see Customer.io's status page");
  }
  const told = regionOf(body);
  if (told === undefined)
    return warn(CHECK, `${place} accepts them, but names no region`, 'check that CUSTOMERIO_TRACK_URL is a Track API');
  if (told !== region) {
    return fail(
      CHECK,
      `accepted, but the workspace is in ${printable(told)}, configured is ${region}`,
      `set CUSTOMERIO_REGION=${printable(told)} (or region in the workspaces file)`,
    );
  }
  return ok(CHECK, `accepted by ${place}, region ${told}`);
}

function regionOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { region, data_center: dataCenter } = body as { region?: unknown; data_center?: unknown };
  const told = region ?? dataCenter;
  return typeof told === 'string' ? told.toLowerCase() : undefined;
}
