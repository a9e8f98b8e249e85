import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Content-Security-Policy and its relatives. Nobody may frame us (a click on a hidden button would count as the operator's),
 * nothing is loaded from elsewhere, nothing is cached. Bull Board sets style attributes, so pages under
 * `inlineStylesUnder` may have them.
 */
export function responseHeaders({ inlineStylesUnder }: { readonly inlineStylesUnder: string }): RequestHandler {
  const ours = protection(["'self'"]);
  const board = protection(["'self'", "'unsafe-inline'"]);
  return (request, response, next) => {
    response.setHeader('cache-control', 'no-store');
    const isBoard = request.path === inlineStylesUnder || request.path.startsWith(`${inlineStylesUnder}/`);
    (isBoard ? board : ours)(request, response, next);
  };
}

function protection(styleSrc: readonly string[]) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: [...styleSrc],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    // Whether the address is served over TLS is the ingress's to know and to say.
    strictTransportSecurity: false,
  });
}
