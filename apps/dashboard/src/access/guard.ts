import type { Logger } from '@cio-fleet/telemetry';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { encodeIdentity, IDENTITY_HEADER, type Identity } from './identity.ts';
import { isSameOrigin, SAFE_METHODS } from './same-origin.ts';
import type { SignIn } from './sign-in.ts';

/** Lets signed-in people in, and changes from our own pages only. Everything behind it knows who asks. */
export function createGuard(signIn: SignIn, logger: Logger): RequestHandler {
  // Its name is how a test finds it among what the application serves.
  return async function guard(request: Request, response: Response, next: NextFunction) {
    delete request.headers[IDENTITY_HEADER];
    const result = await signIn.identify(request);
    if (result.kind === 'refused') {
      // A browser's first request has no credentials yet; only wrong ones are worth a line.
      if (request.headers.authorization !== undefined || result.status === 403) {
        logger.warn(
          { audit: true, remoteAddress: request.socket.remoteAddress, status: result.status },
          'sign-in refused',
        );
      }
      if (result.challenge !== undefined) response.setHeader('www-authenticate', result.challenge);
      response.status(result.status).type('text/plain').send(`${result.message}\n`);
      return;
    }
    if (!isSameOrigin(request.method, request.headers)) {
      logger.warn({ audit: true, user: result.identity.user, path: request.path }, 'cross-site request refused');
      response.status(403).json({
        error: { key: 'ERRORS.FORBIDDEN' },
        message: 'Refused: this request comes from another site. Use the buttons of the dashboard itself.',
      });
      return;
    }
    response.on('finish', () => {
      // Whoever handles a change records it; one that broke half-way may have had no chance to.
      if (response.statusCode < 500 || SAFE_METHODS.includes(request.method)) return;
      const { user, role } = result.identity;
      const { method, originalUrl: path } = request;
      logger.warn({ audit: true, user, role, method, path, status: response.statusCode }, 'change broke off');
    });
    request.headers[IDENTITY_HEADER] = encodeIdentity(result.identity);
    response.locals.identity = result.identity;
    next();
  };
}

/** Who asks, behind the guard. */
export function identityOf(response: Response): Identity {
  return response.locals.identity as Identity;
}
