import type { OperationInput } from '@cio-fleet/producer';
import { identify, track } from './regional.ts';

/** An operation, and whether it must be taken: only where all persons that it names are of one region. Undefined: either. */
export interface RandomOperation {
  readonly operation: OperationInput;
  readonly isTaken: boolean | undefined;
}

interface Person {
  readonly region: 'EU' | 'US' | 'unknown';
  /** Text that is in all operations on this person and in no other. */
  readonly name: string;
  readonly identifiers: readonly object[];
  isMet: boolean;
}

const REGIONS = ['EU', 'US', 'EU', 'US', 'unknown'] as const;

/**
 * Gives random calls: persons of two regions say where they are when they come first, some never do; all share the same few accounts,
 * and some browsers, and now and then one says that another one's address is theirs.
 */
export function createRandomCalls(seed: number): () => readonly RandomOperation[] {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const persons = Array.from({ length: 60 }, (_, index): Person => {
    const region = pick(REGIONS);
    const name = `${region.toLowerCase()}-person-${index}-end`;
    const identifiers = [{ id: name }, { email: `${name}@example.com` }];
    return { region, name, identifiers, isMet: region === 'unknown' };
  });
  const account = () => ({ identifiers: { object_type_id: '1', object_id: `account-${Math.floor(random() * 6)}` } });
  /** What an account says of itself, and that may be wrong for the person. */
  const traits = () => pick([{}, { region: 'US' }, { region: 'EU' }]);

  const browser = () => ({ anonymous_id: `browser-${Math.floor(random() * 6)}` });

  /** Operations on persons who are known by now, if they ever are. */
  function operationOn(person: Person, other: Person): RandomOperation {
    const { name } = person;
    const identifiers = pick(person.identifiers);
    const alone = (operation: OperationInput) => ({ operation, isTaken: isKnown(person) });
    const both = (operation: OperationInput) => ({
      operation,
      isTaken: isKnown(person) && person.region === other.region,
    });
    const object = (action: string, members: readonly object[], attributes?: object): OperationInput => ({
      type: 'object',
      action,
      ...account(),
      ...(attributes && { attributes }),
      cio_relationships: members.map((member) => ({ identifiers: member })),
    });
    const choices: readonly (() => RandomOperation)[] = [
      () => alone(track(identifiers, `event of ${name}`)),
      () => alone({ type: 'person', action: 'page', identifiers, name: `/${name}` }),
      () => alone(identify(name, { note: name })),
      () => alone({ type: 'person', action: 'add_device', identifiers, device: { token: name, platform: 'ios' } }),
      () => alone({ type: 'person', action: 'add_relationships', identifiers, cio_relationships: [account()] }),
      () => alone({ type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { ...identifiers, name } }),
      () => alone(object('identify', [identifiers], traits())),
      () => alone(object('add_relationships', [identifiers])),
      () => both(object('identify', [identifiers, pick(other.identifiers)], traits())),
      () => both(object('delete_relationships', [identifiers, pick(other.identifiers)])),
      // Whoever is unknown until then would be known by the other's address; and towards the EU anybody's may go.
      () => {
        const isTold = isKnown(person) && isKnown(other) && (person.region === 'US' || other.region === 'EU');
        return (isTold ? both : alone)(identify(name, isTold ? { ...other.identifiers[1] } : {}));
      },
      () => ({
        operation: identify(name, { note: name, ...(isKnown(person) && browser()) }),
        // A browser that somebody of the EU used is not for persons of the US.
        isTaken: person.region === 'US' ? undefined : isKnown(person),
      }),
      () => ({ operation: track(browser()), isTaken: undefined }),
      () => ({
        operation: { type: 'object', action: 'identify', ...account(), attributes: traits() },
        isTaken: undefined,
      }),
    ];
    return pick(choices)();
  }

  /** The person says where they are: in an identify, with what came before it, or in a form. */
  function meet(person: Person): readonly RandomOperation[] {
    person.isMet = true;
    const { name, region, identifiers } = person;
    const [, address] = identifiers;
    const before = track({ id: name }, `before ${name}`);
    const group: OperationInput = {
      type: 'object',
      action: 'identify',
      ...account(),
      attributes: traits(),
      cio_relationships: [{ identifiers: { id: name } }],
    };
    const form: OperationInput = {
      type: 'form',
      action: 'submit',
      identifiers: { form_id: 'f' },
      data: { ...address, region },
    };
    const operations = [
      ...pick([[], [before], [group], [form], [form, identify(name, { ...address })]]),
      identify(name, { region, ...address, note: name }),
    ];
    return operations.map((operation) => ({ operation, isTaken: true }));
  }

  return () =>
    Array.from({ length: 1 + Math.floor(random() * 15) }).flatMap(() => {
      const [person, other] = [pick(persons), pick(persons)];
      const met = [person, other].filter(({ isMet }) => !isMet);
      return [...[...new Set(met)].flatMap(meet), operationOn(person, other)];
    });
}

const isKnown = ({ region }: Person) => region !== 'unknown';

/** A small generator of random numbers, the same for each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
