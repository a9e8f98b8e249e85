/** Event names and the data of each: `createProducer<{ 'Order Placed': { total: number } }>()`. */
export type EventMap = object;

/** Without a map of its own a producer takes any name with any data. */
export type AnyEvents = Readonly<Record<string, object>>;

/** Names that a producer of `Events` may track. */
export type EventName<Events extends EventMap> = keyof Events & string;

/** The arguments after the name: the data may be left out where all of it is optional. */
export type EventArguments<Data, Options> = object extends Data
  ? [data?: Data, options?: Options]
  : [data: Data, options?: Options];
