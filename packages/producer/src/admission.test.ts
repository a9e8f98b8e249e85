import { expect, it } from 'vitest';
import { type AdmissionFacts, admissionOf } from './admission.ts';

const fine: AdmissionFacts = {
  isClosing: false,
  isRedisFull: false,
  hasRoom: true,
  isCrowded: false,
  spool: undefined,
};
const spool = { problemCode: undefined, isFull: false };
const sick = { problemCode: 'SPOOL_UNAVAILABLE', isFull: false } as const;

it.each<[what: string, facts: Partial<AdmissionFacts>, refusal: string | undefined, callsForSpool: boolean]>([
  ['takes what fits', {}, undefined, false],
  ['takes nothing once it closes', { isClosing: true, spool }, 'CLOSED', false],
  ['refuses what does not fit', { hasRoom: false }, 'BUFFER_FULL', false],
  ['refuses everything while Redis is full and there is no spool', { isRedisFull: true }, 'QUEUE_FULL', false],
  ['is not bothered by a crowd without a spool', { isCrowded: true }, undefined, false],
  ['calls for the spool while Redis is full', { isRedisFull: true, spool }, undefined, true],
  ['calls for the spool when it gets crowded', { isCrowded: true, spool }, undefined, true],
  [
    'says what is wrong with the disk when Redis is full, too',
    { isRedisFull: true, spool: sick },
    sick.problemCode,
    false,
  ],
  ['takes operations while only the disk is sick', { spool: sick }, undefined, false],
  [
    'says what is wrong with the disk when the buffer is full',
    { hasRoom: false, spool: sick },
    sick.problemCode,
    false,
  ],
  ['refuses what does not fit although the disk is fine', { hasRoom: false, spool }, 'BUFFER_FULL', false],
  ['refuses what the disk has no room for', { spool: { ...spool, isFull: true } }, 'SPOOL_FULL', false],
])('%s', (_what, facts, refusal, callsForSpool) => {
  expect(admissionOf({ ...fine, ...facts })).toEqual({ refusal, callsForSpool });
});
