/** The name of lane `index` of a workspace, e.g. `default.lane.0`. */
export function laneQueueName(workspace: string, index: number): string {
  return `${workspace}.lane.${index}`;
}

/** The queue for what could not be delivered now. */
export function fallbackQueueName(workspace: string): string {
  return `${workspace}.fallback`;
}

/** One of the two queues for what operators hold. They take turns: one keeps (the shelf), one is emptied (the outlet). */
export function parkedQueueName(workspace: string, side: 0 | 1): string {
  return `${workspace}.parked.${side}`;
}

/** The queue of rejected operations, each with its reason. */
export function deadLetterQueueName(workspace: string): string {
  return `${workspace}.dead-letter`;
}

/** The queue that carries journal packs to the writer role. */
export function journalQueueName(workspace: string): string {
  return `${workspace}.journal`;
}

/** The queue that carries Customer.io's reporting webhooks to consumers. */
export function webhooksQueueName(workspace: string): string {
  return `${workspace}.webhooks`;
}

/** The queue of reporting webhooks on their way to the URL that they are forwarded to. */
export function webhookForwardQueueName(workspace: string): string {
  return `${workspace}.webhook-forward`;
}

const WORKSPACE_NAME = /^[a-z0-9-]{1,40}$/;

/** Whether `name` may name a workspace: `[a-z0-9-]{1,40}`. */
export function isWorkspaceName(name: string): boolean {
  return WORKSPACE_NAME.test(name);
}
