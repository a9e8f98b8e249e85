import { expect, it } from 'vitest';
import { batchMessages, singleMessage } from './request.ts';

it('a call says the type of its message, whatever the message says', () => {
  const body = { type: 'identify', userId: '42', sentAt: '2026-02-25' };
  expect(singleMessage(body, 'track')).toEqual({
    ok: true,
    messages: [{ ...body, type: 'track' }],
    sentAt: '2026-02-25',
  });
});

it('context and integrations of a batch go for the messages that say nothing else', () => {
  const body = {
    batch: [{ type: 'track', context: { ip: 'own' } }, { type: 'page' }, 'text'],
    context: { ip: 'shared', locale: 'de' },
    integrations: { All: false },
    sentAt: '2026-02-25',
  };
  expect(batchMessages(body)).toEqual({
    ok: true,
    messages: [
      { type: 'track', context: { ip: 'own', locale: 'de' }, integrations: { All: false } },
      { type: 'page', context: { ip: 'shared', locale: 'de' }, integrations: { All: false } },
      'text',
    ],
    sentAt: '2026-02-25',
  });
});

it.each([[undefined], [[]], [{}], [{ batch: {} }], ['text']])('a batch is refused that is %j', (body) => {
  expect(batchMessages(body)).toMatchObject({ ok: false, refusal: { code: 'MESSAGE_NOT_OBJECT', path: 'batch' } });
});

it.each([[undefined], [[]], ['text'], [null]])('a message is refused that is %j', (body) => {
  expect(singleMessage(body, 'track')).toMatchObject({ ok: false, refusal: { code: 'MESSAGE_NOT_OBJECT' } });
});
