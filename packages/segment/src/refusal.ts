/** Why a message becomes no operation. An operation that it becomes may still be refused, with a code of the refusals. */
export interface MessageRefusal {
  readonly code:
    | 'MESSAGE_NOT_OBJECT'
    | 'MESSAGE_TYPE_UNKNOWN'
    | 'MESSAGE_TOO_LARGE'
    | 'MESSAGE_UNSUPPORTED'
    | 'MESSAGE_UNREADABLE';
  /** The member at fault; empty for the message itself. */
  readonly path: string;
  /** What was expected, what came, what to do; never a value of the message. */
  readonly message: string;
}

export const NOT_AN_OBJECT: MessageRefusal = {
  code: 'MESSAGE_NOT_OBJECT',
  path: '',
  message: 'message: expected an object, got something else. Send one message, or a list of them as batch.',
};

export const UNKNOWN_TYPE: MessageRefusal = {
  code: 'MESSAGE_TYPE_UNKNOWN',
  path: 'type',
  message: 'type: expected identify, track, page, screen, group or alias, got something else. Correct the type.',
};

export const UNREADABLE: MessageRefusal = {
  code: 'MESSAGE_UNREADABLE',
  path: '',
  message: 'message: expected plain data, reading it threw. Pass what JSON.parse returns.',
};

export const TOO_LARGE: MessageRefusal = {
  code: 'MESSAGE_TOO_LARGE',
  path: '',
  message: 'message: expected at most 32,768 bytes of JSON, got more. Send less data with it.',
};

export const CONTENT_EVENT: MessageRefusal = {
  code: 'MESSAGE_UNSUPPORTED',
  path: 'event',
  message:
    "event: expected an event that the Track API has an operation for, got 'Report Content Event'. Send it to Customer.io directly.",
};
