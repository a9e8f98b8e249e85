import { type Json, laneKeyOf, type Operation, personLaneKey } from '@cio-fleet/contracts';

/** Whom an operation is about, by lane keys. */
export interface RegionSubjects {
  /** Persons and objects that it addresses: they must all be of one region. */
  readonly addressed: readonly string[];
  /** Further identifiers that it gives the person: they take over the person's region. */
  readonly aliases: readonly string[];
  /** Whether it says who somebody is, so that its identifiers belong together from now on. */
  readonly joins: boolean;
  /** The value of the trait, where it carries it. */
  readonly trait: string | undefined;
}

export function regionSubjects(operation: Operation, trait: string): RegionSubjects {
  const plain = { aliases: [], joins: false, trait: undefined };
  switch (operation.type) {
    case 'person': {
      if (operation.action === 'merge') {
        const addressed = [personLaneKey(operation.primary), personLaneKey(operation.secondary)];
        return { ...plain, addressed, joins: true };
      }
      const addressed = [personLaneKey(operation.identifiers)];
      if (operation.action !== 'identify') return { ...plain, addressed };
      const { attributes = {} } = operation;
      return { addressed, aliases: aliasesIn(attributes), joins: true, trait: traitIn(attributes, trait) };
    }
    case 'object': {
      const addressed = [laneKeyOf(operation), ...relatedPersons(operation)];
      const attributes = operation.action === 'identify' ? (operation.attributes ?? {}) : {};
      return { ...plain, addressed, joins: operation.action === 'identify', trait: traitIn(attributes, trait) };
    }
    case 'delivery': {
      const recipient = operation.action === 'metric' ? operation.recipient : undefined;
      const isAddress = typeof recipient === 'string' && recipient.includes('@');
      return {
        ...plain,
        addressed: [laneKeyOf(operation), ...(isAddress ? [personLaneKey({ email: recipient })] : [])],
      };
    }
    default:
      return { ...plain, addressed: [laneKeyOf(operation)] };
  }
}

function relatedPersons(operation: Extract<Operation, { type: 'object' }>): string[] {
  const relationships = 'cio_relationships' in operation ? (operation.cio_relationships ?? []) : [];
  return relationships.map(({ identifiers }) => personLaneKey(identifiers));
}

/** Attributes by which the same person may be addressed later. */
function aliasesIn(attributes: Readonly<Record<string, Json>>): string[] {
  const text = (name: string) => {
    const value = attributes[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [id, email, phone, anonymousId] = [text('id'), text('email'), text('phone'), text('anonymous_id')];
  return [
    ...(id === undefined ? [] : [personLaneKey({ id })]),
    ...(email === undefined ? [] : [personLaneKey({ email })]),
    ...(phone === undefined ? [] : [personLaneKey({ phone })]),
    ...(anonymousId === undefined ? [] : [personLaneKey({ anonymous_id: anonymousId })]),
  ];
}

function traitIn(attributes: Readonly<Record<string, Json>>, trait: string): string | undefined {
  const value = Object.hasOwn(attributes, trait) ? attributes[trait] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
