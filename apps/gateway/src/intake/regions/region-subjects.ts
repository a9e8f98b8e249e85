import { type Json, laneKeyOf, type Operation, personLaneKey } from '@cio-fleet/contracts';

/** Whom an operation is about, by lane keys. */
export interface RegionSubjects {
  /** Persons that it names. Where it joins, they are one and the same; else each is known by itself, or not at all. */
  readonly persons: readonly string[];
  /** Further identifiers that it gives the person. */
  readonly aliases: readonly string[];
  /** Whether it says who somebody is, so that its identifiers belong together from now on. */
  readonly joins: boolean;
  /** The object that it is about, if any. */
  readonly object: string | undefined;
  /** The value of the trait, where it carries it. */
  readonly trait: string | undefined;
}

const NOBODY: RegionSubjects = { persons: [], aliases: [], joins: false, object: undefined, trait: undefined };

export function regionSubjects(operation: Operation, trait: string): RegionSubjects {
  switch (operation.type) {
    case 'person': {
      if (operation.action === 'merge') {
        return {
          ...NOBODY,
          persons: [personLaneKey(operation.primary), personLaneKey(operation.secondary)],
          joins: true,
        };
      }
      const persons = [personLaneKey(operation.identifiers)];
      return operation.action === 'identify'
        ? { ...NOBODY, persons, ...saidOf(operation.attributes ?? {}, trait) }
        : { ...NOBODY, persons };
    }
    case 'form':
      // Customer.io makes attributes of what was filled in: it says who somebody is as an identify does.
      return { ...NOBODY, persons: [laneKeyOf(operation)], ...saidOf(operation.data, trait) };
    case 'object': {
      const attributes = 'attributes' in operation ? (operation.attributes ?? {}) : {};
      return {
        ...NOBODY,
        persons: relatedPersons(operation),
        object: laneKeyOf(operation),
        trait: traitIn(attributes, trait),
      };
    }
    case 'delivery': {
      const recipient = operation.action === 'metric' ? operation.recipient : undefined;
      const isAddress = typeof recipient === 'string' && recipient.includes('@');
      return isAddress ? { ...NOBODY, persons: [personLaneKey({ email: recipient })] } : NOBODY;
    }
    case 'segment':
    case 'invite':
      return { ...NOBODY, persons: [laneKeyOf(operation)] };
  }
}

function relatedPersons(operation: Extract<Operation, { type: 'object' }>): string[] {
  const relationships = 'cio_relationships' in operation ? (operation.cio_relationships ?? []) : [];
  return relationships.map(({ identifiers }) => personLaneKey(identifiers));
}

/** What attributes say of their person. */
function saidOf(attributes: Readonly<Record<string, Json>>, trait: string) {
  return { aliases: aliasesIn(attributes), joins: true, trait: traitIn(attributes, trait) };
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
