import type { Request, RequestHandler } from 'express';
import type { Caller } from '../access/caller.ts';
import type { Answer, TrackVersion } from './answer.ts';
import type { PathPattern } from './route-table.ts';

/** A request that was let in, with its body read. */
export interface TrackRequest {
  readonly request: Request;
  readonly caller: Caller;
  /** The variable parts of the path, decoded. */
  readonly parameters: readonly string[];
  readonly query: URLSearchParams;
}

/** Something that the Track API serves. */
export interface TrackRoute extends PathPattern {
  readonly version: TrackVersion;
  /** Whether it asks for no credentials. */
  readonly isOpen: boolean;
  /** Reads the body; undefined where there is none to read. */
  readonly readBody: RequestHandler | undefined;
  readonly answer: (request: TrackRequest) => Promise<Answer> | Answer;
}
