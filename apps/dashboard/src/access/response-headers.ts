import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Content-Security-Policy and its relatives. Nobody may frame us (a click on a hidden button would count as the operator's),
 * nothing is loaded from elsewhere, nothing is cached. Bull Board sets style attributes, so it needs `inlineStyles`.
 */
export function responseHeaders({ inlineStyles }: { readonly inlineStyles: boolean }): RequestHandler {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: inlineStyles ? ["'self'", "'unsafe-inline'"] : ["'self'"],
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
  return (request, response, next) => {
    response.setHeader('cache-control', 'no-store');
    protect(request, response, next);
  };
}
