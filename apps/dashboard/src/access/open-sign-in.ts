import { isLoopbackHost } from './loopback.ts';
import type { SignIn } from './sign-in.ts';

/**
 * No sign-in, for a developer's own machine: whoever reaches the loopback address is an operator. The Host header must name
 * it too, or a web page could reach us by a DNS name of its own that points here.
 */
export function createOpenSignIn(): SignIn {
  return {
    mode: 'none',
    identify(request) {
      const host = request.headers.host ?? '';
      if (URL.canParse(`http://${host}`) && isLoopbackHost(new URL(`http://${host}`).hostname)) {
        return { kind: 'signed-in', identity: { user: 'local', role: 'operator' } };
      }
      return {
        kind: 'refused',
        status: 403,
        message:
          'Without sign-in the dashboard answers to localhost only; open it by that name, or set DASHBOARD_AUTH.',
      };
    },
  };
}
