/** customerio-node's own brand, so that its regions and ours are taken for each other. */
const REGION_BRAND = Symbol.for('customerio-node.Region');

/** A data region. The workers know where to send; this exists because callers name one. */
export class Region {
  readonly trackUrl: string;
  readonly trackV2Url: string;
  readonly apiUrl: string;
  readonly pipelinesUrl: string;

  static [Symbol.hasInstance](instance: unknown): instance is Region {
    return typeof instance === 'object' && instance !== null && Reflect.get(instance, REGION_BRAND) === true;
  }

  constructor(trackUrl: string, apiUrl: string, pipelinesUrl: string) {
    Object.defineProperty(this, REGION_BRAND, { value: true });
    this.trackUrl = trackUrl;
    this.trackV2Url = trackUrl.replace('/api/v1', '/api/v2');
    this.apiUrl = apiUrl;
    this.pipelinesUrl = pipelinesUrl;
  }
}

/** Customer.io's data centre in the US. @see https://docs.customer.io/accounts/data-centers/ */
export const RegionUS: Region = new Region(
  'https://track.customer.io/api/v1',
  'https://api.customer.io/v1',
  'https://cdp.customer.io/v1',
);

/** Customer.io's data centre in the EU. */
export const RegionEU: Region = new Region(
  'https://track-eu.customer.io/api/v1',
  'https://api-eu.customer.io/v1',
  'https://cdp-eu.customer.io/v1',
);
