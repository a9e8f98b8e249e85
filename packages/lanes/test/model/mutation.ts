/**
 * One rule of the protocol left out. The model must find each of them, or it would not find that the code broke the rule.
 */
export type Mutation =
  /** `finish` settles again what is settled already. */
  | 'settles-twice'
  /** After a failed part the next part is sent. */
  | 'goes-on-after-a-failed-part'
  /** The head completes in the run that settled it. */
  | 'completes-at-once'
  /** Only heads that moved something, and fallback's, go back to complete on their next start. */
  | 'hands-back-sometimes'
  /** A worker uses one token for all starts. */
  | 'token-per-worker'
  /** No script compares the nonce of `begin`. */
  | 'ignores-the-nonce'
  /** Dead letters are added before the script that settles. */
  | 'dead-letter-first'
  /** A redrive adds the lane's job, then completes the dead letter. */
  | 'plain-redrive'
  /** Holds change in a step of their own, after the batch is settled. */
  | 'holds-in-a-second-step'
  /** Fallback lowers the counts only for what was delivered. */
  | 'holds-only-for-delivered'
  /** `note` and `finish` don't compare the lock. */
  | 'ignores-the-lock'
  /** The version of the erasures isn't looked at before a send. */
  | 'ignores-new-erasures'
  /** The version of the brakes isn't looked at before a send. */
  | 'ignores-new-brakes'
  /** `finish` doesn't compare the turn by which it parks. */
  | 'parks-by-an-old-turn'
  /** The sides of parked change places while the outlet still has operations. */
  | 'turns-with-a-full-outlet';
