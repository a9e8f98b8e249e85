import { type CodeEntry, REFUSAL_CODES } from './refusal-codes.ts';

/** Why the producer did not take an operation, or not yet. The codes of refusals come on top. */
const PRODUCER_CODES = {
  ENQUEUE_TIMEOUT: {
    meaning: 'Redis did not answer in time; the operation stays buffered (`retained: true`) and is sent when it does.',
    remedy: 'Nothing for this call; if it happens often, look at the latency of Redis or raise enqueueTimeoutMs.',
  },
  BUFFER_FULL: {
    meaning: 'Redis is away or too slow and the buffer in memory is full; the operation was not taken.',
    remedy: 'Bring Redis back and try again, or raise maxBufferedOperations and maxBufferedBytes.',
  },
  QUEUE_FULL: {
    meaning: 'Redis is above 80 % of its memory; the operation was not taken.',
    remedy: 'See why operations wait (workers, Customer.io, fallback), or give Redis more memory.',
  },
  SPOOL_FULL: {
    meaning: 'The spool is at spoolMaxBytes, or its disk is full, while Redis cannot take the operation.',
    remedy: 'Bring Redis back, raise spoolMaxBytes or free the disk; then try again.',
  },
  SPOOL_LOCKED: {
    meaning: 'Another process uses the folder of the spool; this one works without a spool until it is free.',
    remedy: 'Give each process a spoolDir of its own.',
  },
  SPOOL_UNAVAILABLE: {
    meaning:
      'The disk of the spool refuses to write or to sync, or its folder is gone; operations wait in memory meanwhile.',
    remedy: 'Check that spoolDir exists, may be written, and that its disk is healthy; it is tried again every second.',
  },
  SPOOL_DAMAGED: {
    meaning: 'Records in the middle of a file of the spool can not be read; the file is kept with the ending .damaged.',
    remedy: 'Check the disk and its memory; what the file still holds can be read as docs/spool-format.md says.',
  },
  REDIS_REFUSED: {
    meaning: 'Redis refused the write for good, e.g. for lack of permission; the operation was not taken.',
    remedy: 'Read the cause and mend the permissions or the configuration of Redis.',
  },
  CLOSED: {
    meaning: 'The producer had been closed before the call.',
    remedy: 'Close it last when the service stops.',
  },
  OPTION_INVALID: {
    meaning:
      'One of source, sessionId, traceId and idempotencyKey is not short text, or idempotencyWindowMs is not from 1 s to 24 h.',
    remedy: 'Pass text of 1 to 256 bytes, or whole milliseconds from 1000 to 86400000, or leave it out.',
  },
  CONFIG_INVALID: {
    meaning: 'An option of createProducer cannot work; it throws at start, before any call could be lost.',
    remedy: 'Correct the options that the message lists.',
  },
  CALL_UNSUPPORTED: {
    meaning:
      'The drop-in for customerio-node was asked a question, such as getAccountRegion, which no queue can answer.',
    remedy: 'Call Customer.io directly for it.',
  },
  CREDENTIALS_IGNORED: {
    meaning:
      'A warning of the drop-in for customerio-node: site id, key and region are not used, the workers have them.',
    remedy: 'Nothing; take them out of the service when convenient.',
  },
} as const satisfies Record<string, CodeEntry>;

/** What went wrong with one attempt. Network failures carry the system's own code, e.g. `ECONNRESET`. */
const ATTEMPT_CODES = {
  TIMEOUT: {
    meaning:
      'Customer.io did not answer within the time-out; whether it took the batch is not known, so it is sent again.',
    remedy: 'Nothing, unless it goes on: then see the status page of Customer.io and the network.',
  },
  ABORTED: {
    meaning: 'The worker gave the request up because it stops or lost its lane; the batch is sent again.',
    remedy: 'Nothing.',
  },
  NETWORK: {
    meaning: 'The request failed on the way without a code of the system; the batch is tried again.',
    remedy: 'Nothing, unless it goes on: then look at the network and the message.',
  },
  UNKNOWN: {
    meaning: 'An error was kept without a code.',
    remedy: 'Read its message.',
  },
  SERVER_ERROR: {
    meaning: 'Customer.io answered 5xx; the batch is tried again.',
    remedy: 'Nothing, unless it goes on: then see the status page of Customer.io.',
  },
  TRY_AGAIN: {
    meaning: 'Customer.io answered 408, 423 or 425; the batch is tried again.',
    remedy: 'Nothing.',
  },
  THROTTLED: {
    meaning: 'Customer.io answered 429; the lane waits, and the rate is lowered.',
    remedy: 'Lower the budget of the workspace if other systems share it.',
  },
  CREDENTIALS_REFUSED: {
    meaning: 'Customer.io answered 401; the workspace waits, and no attempt is used.',
    remedy: 'Check the site id, the Track API key and the region.',
  },
  FORBIDDEN: {
    meaning: 'Customer.io answered 403; the workspace waits, and no attempt is used.',
    remedy: 'Check that the key may use the Track API and that the address of the workers is allowed.',
  },
  REDIRECTED: {
    meaning: 'Customer.io answered with a redirect, which is not followed; the workspace waits.',
    remedy: 'Check the region and the Track URL of the workspace.',
  },
  UNEXPECTED_BODY: {
    meaning: 'The status says success, but the body is not JSON: a proxy answered, or the answer was cut.',
    remedy: 'Look for a proxy between the workers and Customer.io.',
  },
  UNEXPECTED_STATUS: {
    meaning: 'The Track API does not answer with this status; the workspace waits.',
    remedy: 'Check the Track URL, and look for a proxy in the way.',
  },
} as const satisfies Record<string, CodeEntry>;

/** Why an operation became a dead letter. */
const DEAD_LETTER_CODES = {
  REJECTED: {
    meaning: 'Customer.io rejected the operation; the message is its own.',
    remedy: 'Mend the cause at the sender or in Customer.io, then redrive.',
  },
  TOO_LARGE: {
    meaning: 'The operation alone is larger than Customer.io takes.',
    remedy: 'Send less data with it; redriving it as it is will fail again.',
  },
  EXPIRED: {
    meaning: 'The operation could not be delivered for 72 hours; Customer.io triggers nothing from older events.',
    remedy: 'Redrive it if the late delivery is wanted.',
  },
  TRANSIENT_EXHAUSTED: {
    meaning: 'The operation failed again and again while others succeeded.',
    remedy: 'Read its last error, then redrive it or discard it.',
  },
  UNREADABLE: {
    meaning: 'The job in Redis is not one of ours, or is damaged; its text is kept.',
    remedy: 'Find out who wrote it; send what it meant again.',
  },
  KILLS_WORKER: {
    meaning: 'The worker died each time it sent this operation alone.',
    remedy: 'Keep the operation and report it; do not redrive it.',
  },
} as const satisfies Record<string, CodeEntry>;

/** Why a lane waits, beside failed attempts. */
const LANE_CODES = {
  TOO_MANY_BRAKES: {
    meaning: 'A hold or discard was not set, because the workspace has a hundred of them already.',
    remedy: 'Release those that are no longer needed; fleet brakes lists them.',
  },
  JOB_VERSION_NEWER: {
    meaning: 'A newer version wrote this job; the lane waits for a newer worker.',
    remedy: 'Finish the roll-out of the workers.',
  },
  WORKER_STUCK: {
    meaning: 'A worker took nothing although operations waited, and mending it did not help: its process ends.',
    remedy: 'Let the supervisor start it again; where it comes back, see the log lines before it and what Redis says.',
  },
} as const satisfies Record<string, CodeEntry>;

/** Why a process does not start (exit status 2). */
const CONFIGURATION_CODES = {
  REDIS_ADDRESS_INVALID: {
    meaning: 'REDIS_URL can not be read as the address of a Redis.',
    remedy: 'Use one of the forms that the message lists, with the password percent-encoded.',
  },
  REDIS_TLS_INVALID: {
    meaning: 'A file of certificates or a key for Redis can not be read.',
    remedy: 'Correct the variable that the message names, or the rights of the file.',
  },
  REDIS_UNFIT: {
    meaning: 'Redis is set up so that accepted operations could be lost; in production nothing starts on it.',
    remedy: 'Change the settings that the message lists; docs/redis.md has the reasons.',
  },
  WORKSPACES_INVALID: {
    meaning: 'The configuration of the workspaces has problems; all of them are listed.',
    remedy: 'Correct the variables or the workspaces file and start again.',
  },
  INVALID_TRACK_URL: {
    meaning: 'CUSTOMERIO_TRACK_URL is not an http or https address without path or credentials.',
    remedy: 'Set it to an origin such as https://track.customer.io, or leave it unset.',
  },
} as const satisfies Record<string, CodeEntry>;

/** What the endpoints of worker and dashboard, and the CLI, answer. */
const APP_CODES = {
  CONFIG_ADJUSTED: {
    meaning: 'Two times of the configuration do not go together, and one was made safe; a warning, nothing stops.',
    remedy: 'Nothing, or set both as the log line says.',
  },
  WORKSPACE_UNKNOWN: {
    meaning: 'This process serves no workspace of that name.',
    remedy: 'Use one of the names that the message lists.',
  },
  JOURNAL_UNAVAILABLE: {
    meaning: "The journal's database can not be reached or takes nothing now; packs of rows wait in Redis.",
    remedy: 'Bring the database back, or make room on its disk; the writer goes on by itself.',
  },
  ARCHIVE_UNAVAILABLE: {
    meaning: "The journal's archive can not be written or read now; days that are over stay in the journal for a week.",
    remedy: 'Read the message; bring the folder or bucket of JOURNAL_ARCHIVE back, or make room. It is tried again.',
  },
  ARCHIVE_ENGINE_MISSING: {
    meaning: 'JOURNAL_ARCHIVE is set, but a package that it needs is not installed or has no binary for this system.',
    remedy: 'Install with optional dependencies, on a system with glibc; or unset JOURNAL_ARCHIVE.',
  },
  ARCHIVE_DAMAGED: {
    meaning:
      'A file of the archive is not what was written, or a manifest can not be read; a day that was being archived stays.',
    remedy:
      'Compare the files of the day with its manifest, and restore them from a copy; update the process if it is older.',
  },
  ARCHIVE_NOT_FOUND: {
    meaning: 'The archive has no such day.',
    remedy: 'Use a day that fleet journal archive lists.',
  },
  LIVE_UNAVAILABLE: {
    meaning: 'As many people watch the live page as one dashboard serves.',
    remedy: 'Close a tab, wait for one to close, or use fleet tail.',
  },
  REDIS_UNAVAILABLE: {
    meaning: 'Redis did not answer, so there is nothing to show.',
    remedy: 'Bring Redis back; the page recovers by itself.',
  },
  CALL_INVALID: {
    meaning: 'An argument of a command is missing or has the wrong form.',
    remedy: 'Pass what is expected there; fleet <command> --help shows an example.',
  },
  LINE_NOT_JSON: {
    meaning: 'A line of an imported file is not JSON; it was put aside, the other lines were enqueued.',
    remedy: 'Correct the line in the file of bad lines and import that file.',
  },
  LINE_NOT_UTF8: {
    meaning: 'A line of an imported file is not UTF-8; it was put aside, the other lines were enqueued.',
    remedy: 'Convert the file to UTF-8 and import it again.',
  },
  LINE_TOO_LONG: {
    meaning: 'A line of an imported file is longer than any operation can be; it was put aside.',
    remedy: 'See whether the file has one operation per line.',
  },
} as const satisfies Record<string, CodeEntry>;

/** What the gateway answers instead of taking a request, beside the refusals of its operations. */
const GATEWAY_CODES = {
  CREDENTIALS_UNKNOWN: {
    meaning: 'The request carries no credentials of a workspace, or wrong ones (401).',
    remedy:
      'Check site id and key, or the write key; a key that was taken out of the configuration is refused at once.',
  },
  SIGN_IN_BLOCKED: {
    meaning:
      'Too many wrong credentials came from this address within a minute (429); keys that worked there still do.',
    remedy: 'Find out who guesses there; it passes by itself within a minute.',
  },
  RATE_LIMITED: {
    meaning: 'A key or an address sent more requests than its limit (429).',
    remedy: 'Send batches, spread the load, or raise the limit of the key; fleet abusers shows who it was.',
  },
  SOURCE_BUSY: {
    meaning:
      'Too much of this source waits in the gateway already, or waited too long; the operation was not taken (429).',
    remedy: 'Wait for Retry-After; send with fewer connections, or start more gateways.',
  },
  SOURCE_OVER_SHARE: {
    meaning: 'The lanes fill up, and this source sends most of it, faster than Customer.io takes; not taken (429).',
    remedy: 'Wait for Retry-After and send slower; others are taken meanwhile.',
  },
  BODY_TOO_LARGE: {
    meaning: 'The body is larger than the endpoint takes, before or after it was decompressed (413).',
    remedy: 'Send less at once.',
  },
  BODY_TOO_DEEP: {
    meaning: 'The body nests deeper than the endpoint takes (400).',
    remedy: 'Flatten the data.',
  },
  BODY_NOT_JSON: {
    meaning: 'The body is not JSON in UTF-8 (400).',
    remedy: 'Send JSON.',
  },
  BODY_ENCODING: {
    meaning: 'The content-encoding is none that the endpoint takes, or the body is not coded so (415).',
    remedy: 'Send gzip, deflate or br, or the body as it is.',
  },
  BODY_TIMEOUT: {
    meaning: 'The body did not come in time (408).',
    remedy: 'Send it again; if it happens often, look at the network.',
  },
  BODY_ABORTED: {
    meaning: 'The connection ended before the body did; nobody reads the answer.',
    remedy: 'Send it again.',
  },
  REGION_UNAVAILABLE: {
    meaning: 'Redis is slow or away, so nobody can tell the region; the operation was not taken (503).',
    remedy: 'Bring Redis back; the request may be repeated.',
  },
  REGION_RULE_FAILED: {
    meaning: 'The function of the region rule threw, or named a workspace that there is not; not taken (503).',
    remedy: 'Mend the module that regions names.',
  },
  GATEWAY_FAILED: {
    meaning: 'Something unexpected happened in the gateway; the request may be repeated (500).',
    remedy: 'Report it with the line of the log.',
  },
  WEBHOOKS_UNKNOWN: {
    meaning: 'There is no workspace with a signing key at this address for reporting webhooks (404).',
    remedy: 'Set the signing key, or correct the address in Customer.io.',
  },
  WEBHOOK_SIGNATURE_WRONG: {
    meaning: "A reporting webhook carries no signature by the workspace's signing key (401).",
    remedy:
      'Compare the key with that of the webhook in Customer.io; after a wrong answer it waits an hour before it tries again.',
  },
  WEBHOOK_TOO_OLD: {
    meaning: 'A reporting webhook was signed longer ago than GATEWAY_WEBHOOK_MAX_AGE_SECONDS (401).',
    remedy: 'Raise it or leave it unset: Customer.io repeats for 7 days, and holds back later webhooks meanwhile.',
  },
  WEBHOOK_FORWARD_FULL: {
    meaning: 'The receiver of the forward URL is too far behind, so the reporting webhook was not taken (503).',
    remedy: 'Bring the receiver back; Customer.io sends the webhook again.',
  },
  JOURNAL_FULL: {
    meaning: 'The queue of the journal is full, so the notes were not taken (503).',
    remedy: 'See that a writer of the journal runs, then send the notes again.',
  },
  NOTE_NOT_OBJECT: {
    meaning: 'A note or session notice is not a JSON object.',
    remedy: 'Send an object, a list of them, or one on each line.',
  },
  NOTE_FIELD_MISSING: {
    meaning: 'A note or session notice lacks a field that it needs; the answer names it.',
    remedy: 'Add the field.',
  },
  NOTE_FIELD_INVALID: {
    meaning: 'A field of a note or session notice is not what is expected there; the answer names it.',
    remedy: 'Correct the field.',
  },
  NOTE_FIELD_UNKNOWN: {
    meaning: 'A note has a field that notes do not have.',
    remedy: 'Remove the field, or send it as the value.',
  },
  NOTE_TOO_LARGE: {
    meaning: 'The value of a note, or what else a session notice says, has more than 4,000 bytes.',
    remedy: 'Send less.',
  },
  DATAGRAM_NOT_JSON: {
    meaning: 'A datagram, or a line of one, is not JSON in UTF-8. Senders are not told, it is only counted.',
    remedy: 'Correct the sender; a datagram holds at most 65,507 bytes, and a longer text is never sent whole.',
  },
  DATAGRAM_TOO_DEEP: {
    meaning: 'A datagram nests deeper than an operation may; only counted.',
    remedy: 'Flatten the data.',
  },
  DATAGRAM_NOT_OBJECT: {
    meaning: 'A datagram, or a line of one, is JSON but no object; only counted.',
    remedy: 'Send one object, or one on each line.',
  },
  DATAGRAM_KEY_MISSING: {
    meaning: 'A datagram needs a writeKey here and has none; only counted.',
    remedy: 'Add the member writeKey to the object.',
  },
  DATAGRAM_KEY_UNKNOWN: {
    meaning: 'The writeKey of a datagram belongs to nobody; only counted.',
    remedy: 'Correct the key, or add it to the gatewayKeys of the workspace.',
  },
} as const satisfies Record<string, CodeEntry>;

/** Why a message of Segment's specification becomes no operation. */
const MESSAGE_CODES = {
  MESSAGE_NOT_OBJECT: {
    meaning: 'A message is not an object, or `batch` is not a list of them.',
    remedy: 'Send one message, or `{ "batch": [ … ] }`.',
  },
  MESSAGE_TYPE_UNKNOWN: {
    meaning: 'The type of a message is none of identify, track, page, screen, group and alias.',
    remedy: 'Correct the type.',
  },
  MESSAGE_TOO_LARGE: {
    meaning: 'The JSON of a message is larger than 32 KB, or the body of its request larger than 500 KB.',
    remedy: 'Send less data with it, or fewer messages at once.',
  },
  MESSAGE_UNSUPPORTED: {
    meaning: "The Track API documents no operation for this message of Customer.io's Pipelines.",
    remedy: 'Send it to Customer.io directly.',
  },
  MESSAGE_UNREADABLE: {
    meaning: 'Reading the message threw: it is no plain data.',
    remedy: 'Pass what JSON.parse returns.',
  },
} as const satisfies Record<string, CodeEntry>;

/** What the simulator's own endpoints (`/_sim`) answer. Its Track API answers as Customer.io does. */
const SIMULATOR_CODES = {
  NOT_FOUND: {
    meaning: 'There is nothing at this address, or no such person.',
    remedy: 'Check the address; a person exists once an operation for them was applied.',
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'The address does not take this method.',
    remedy: 'Use one of the methods in the Allow header.',
  },
  PATH_INVALID: {
    meaning: 'The address cannot be decoded.',
    remedy: 'Percent-encode it.',
  },
  CROSS_SITE: {
    meaning: 'A page of another site tried to change the simulator.',
    remedy: "Use the simulator's own page, or a client that is no browser.",
  },
  FAULT_BODY_INVALID: {
    meaning: 'The body is not a JSON object.',
    remedy: 'Send an object with the faults to inject.',
  },
  FAULT_FIELD_UNKNOWN: {
    meaning: 'There is no such fault.',
    remedy: 'Use one of the fields listed.',
  },
  FAULT_FIELD_INVALID: {
    meaning: 'The value of a fault has the wrong type or lies out of its range.',
    remedy: 'Pass what is expected there.',
  },
} as const satisfies Record<string, CodeEntry>;

/** Every stable code of the fleet, by where it turns up. `docs/errors.md` is this table. */
export const ERROR_CODES = {
  refusals: REFUSAL_CODES,
  producer: PRODUCER_CODES,
  attempts: ATTEMPT_CODES,
  deadLetters: DEAD_LETTER_CODES,
  lanes: LANE_CODES,
  configuration: CONFIGURATION_CODES,
  apps: APP_CODES,
  messages: MESSAGE_CODES,
  gateway: GATEWAY_CODES,
  simulator: SIMULATOR_CODES,
} as const satisfies Record<string, Readonly<Record<string, CodeEntry>>>;

/** The meaning and remedy of a code; `undefined` for one that isn't ours, e.g. `ECONNRESET`. */
export function explainCode(code: string): CodeEntry | undefined {
  for (const section of Object.values<Readonly<Record<string, CodeEntry>>>(ERROR_CODES)) {
    if (Object.hasOwn(section, code)) return section[code];
  }
  return undefined;
}
