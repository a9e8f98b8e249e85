export { EnqueueRejection } from './enqueue-rejection.ts';
export { IdentifierType } from './identifier-type.ts';
export { Region, RegionEU, RegionUS } from './region.ts';
export { MissingParamError } from './required-argument.ts';
export { type Answer, type RequestData, TrackClient, type TrackClientOptions } from './track-client.ts';
