/**
 * What an accepted operation did. Customer.io answers 200 to all of these, for it processes later; the simulator
 * processes at once and tells.
 *
 * - `applied`: the state is as the operation wants it.
 * - `repeat`: an event whose ULID was seen before; ignored.
 * - `suppressed`: it names a suppressed identifier; ignored.
 * - `no-such-person`, `no-such-object`: an update, merge or `cio_id` of nobody; ignored.
 * - `identifier-conflict`: applied, save an identifier in the attributes that belongs to somebody else or can't change.
 */
export type Outcome = 'applied' | 'repeat' | 'suppressed' | 'no-such-person' | 'no-such-object' | 'identifier-conflict';
