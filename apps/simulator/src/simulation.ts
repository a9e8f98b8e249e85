import { apply } from './apply/apply.ts';
import { ArrivalLog } from './arrivals.ts';
import { FaultControl } from './faults/fault-control.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import type { Operation } from './operation.ts';
import type { SimulatorSettings } from './options.ts';
import { type ObjectReading, type PersonReading, readObject, readPerson } from './read-out.ts';
import { newWorkspace } from './state/workspace.ts';
import { Stats } from './stats.ts';
import { type Account, Accounts } from './track/credentials.ts';
import type { Intake } from './track/track-request.ts';

/** Everything that a simulator knows, without a server: workspaces, faults, counters, arrivals. */
export class Simulation {
  readonly settings: SimulatorSettings;
  readonly accounts: Accounts;
  readonly arrivals: ArrivalLog;
  readonly faults = new FaultControl();
  stats = new Stats();

  constructor(settings: SimulatorSettings) {
    this.settings = settings;
    this.accounts = new Accounts(settings.credentials, () => newWorkspace(settings));
    this.arrivals = new ArrivalLog(settings.maxArrivals);
  }

  /** What one request's operations go to. */
  intake(request: number, receivedAt: number, { rejectName, poisonName }: FaultPlan): Intake {
    return {
      rejectName,
      poisonName,
      accept: (account: Account, operation: Operation) => {
        const outcome = apply(account.workspace, operation, receivedAt);
        this.stats.countOperation(operation, outcome);
        const { siteId } = account;
        this.arrivals.add({ receivedAt, siteId, request, operation, outcome, repeat: outcome === 'repeat' });
      },
      reject: (operations) => this.stats.countRejected(operations),
    };
  }

  /** In the workspace of `siteId`, or the first that knows the person. */
  person(identifier: string, siteId?: string): PersonReading | undefined {
    for (const { workspace } of this.#accountsOf(siteId)) {
      const person = readPerson(workspace, identifier);
      if (person !== undefined) return person;
    }
    return undefined;
  }

  /** In the workspace of `siteId`, or the first that knows the object. */
  object(typeId: string, objectId: string, siteId?: string): ObjectReading | undefined {
    for (const { workspace } of this.#accountsOf(siteId)) {
      const object = readObject(workspace, typeId, objectId);
      if (object !== undefined) return object;
    }
    return undefined;
  }

  #accountsOf(siteId: string | undefined): readonly Account[] {
    return siteId === undefined ? this.accounts.all : this.accounts.all.filter((account) => account.siteId === siteId);
  }

  /** Forgets people, counters and arrivals. Faults and listeners stay. */
  reset(): void {
    for (const account of this.accounts.all) account.workspace = newWorkspace(this.settings);
    this.stats = new Stats();
    this.arrivals.clear();
  }
}
