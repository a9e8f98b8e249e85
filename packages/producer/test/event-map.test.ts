import { expect, expectTypeOf, it } from 'vitest';
import { createProducer, type EnqueueResult, type Producer } from '../src/index.ts';
import { createTestProducer } from '../src/testing/index.ts';

interface Order {
  total: number;
  coupon?: string;
}
type Events = { 'Order Placed': Order; 'Signed Up': { plan?: string } };

const cio = createTestProducer<Events>();

it('takes the names and data of the event map', async () => {
  expectTypeOf(await cio.track('42', 'Order Placed', { total: 9.5 })).toEqualTypeOf<EnqueueResult>();
  await cio.track(42, 'Order Placed', { total: 9.5, coupon: 'X' }, { timestamp: new Date() });
  await cio.track({ email: 'ada@example.com' }, 'Signed Up');
  await cio.trackAnonymous('anon', 'Signed Up', { plan: 'pro' });
  expect(cio.operations).toHaveLength(4);
});

it('is told by the compiler about wrong names and data', () => {
  const misuse = () => {
    // @ts-expect-error no such event
    void cio.track('42', 'Order Plaved', { total: 1 });
    // @ts-expect-error total is a number
    void cio.track('42', 'Order Placed', { total: '1' });
    // @ts-expect-error the data is required
    void cio.track('42', 'Order Placed');
    // @ts-expect-error coupons are text
    void cio.trackAnonymous('anon', 'Order Placed', { total: 1, coupon: 2 });
    // @ts-expect-error exactly one kind of identifier, and no other
    void cio.identify({ userId: '42' });
  };
  expect(misuse).toBeTypeOf('function');
});

it('takes any name and data without an event map', () => {
  expectTypeOf(createProducer()).toEqualTypeOf<Producer>();
  const free = createTestProducer();
  expectTypeOf(free.track('42', 'Anything', { at: new Date(), nested: { list: [1] } })).toEqualTypeOf<
    Promise<EnqueueResult>
  >();
});
