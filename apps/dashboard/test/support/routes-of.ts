import type { Application } from 'express';

/** What we read of express's router. */
interface Layer {
  readonly name: string;
  readonly handle: { readonly stack?: readonly Layer[] };
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Readonly<Record<string, boolean>> };
}

export interface Route {
  /** `GET`, `POST`, … */
  readonly method: string;
  readonly path: string;
}

/** The layers that a request meets, outermost first. */
export function layersOf(app: Application): readonly Layer[] {
  return (app.router as unknown as { readonly stack: readonly Layer[] }).stack;
}

/** Every route of some layers and of the routers within them. Applications that are mounted hide theirs. */
export function routesOf(layers: readonly Layer[]): readonly Route[] {
  return layers.flatMap(({ route, handle }) => {
    if (route === undefined) return routesOf(handle.stack ?? []);
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return [route.path].flat().flatMap((path) => methods.map((method) => ({ method, path })));
  });
}
