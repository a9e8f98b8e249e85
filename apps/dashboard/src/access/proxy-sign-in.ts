import type { IncomingMessage } from 'node:http';
import type { SignIn } from './sign-in.ts';

export interface ProxySignInOptions {
  /** Header with the signed-in user, lower-case. */
  readonly userHeader: string;
  /** Header with the user's groups, separated by commas, lower-case. */
  readonly groupsHeader: string;
  /** Users and groups that are operators; everybody else is a viewer. */
  readonly operators: readonly string[];
  /** Whether a request from this address comes from the proxy. */
  readonly isTrusted: (address: string | undefined) => boolean;
}

/** Believes the identity headers of a proxy that signs people in, such as oauth2-proxy: from its address, and no other. */
export function createProxySignIn(options: ProxySignInOptions): SignIn {
  const operators = new Set(options.operators);
  return {
    mode: 'proxy',
    identify(request) {
      if (!options.isTrusted(request.socket.remoteAddress)) {
        return {
          kind: 'refused',
          status: 403,
          message: 'Come in through the sign-in proxy: this address is not one of DASHBOARD_TRUSTED_PROXIES.',
        };
      }
      const user = headerOf(request, options.userHeader).trim();
      if (user === '') {
        return { kind: 'refused', status: 401, message: `The proxy sent no user in ${options.userHeader}.` };
      }
      const groups = headerOf(request, options.groupsHeader).split(',');
      const isOperator = [user, ...groups].some((name) => operators.has(name.trim()));
      return { kind: 'signed-in', identity: { user: user.slice(0, 200), role: isOperator ? 'operator' : 'viewer' } };
    },
  };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}
