import type { Identity } from '../access/identity.ts';
import { type Html, html } from './html.ts';

export interface PageFrame {
  readonly title: string;
  readonly environment: string;
  readonly identity: Identity;
  readonly version: string;
}

/** A whole page around `content`. No inline script or style: the Content-Security-Policy forbids both. */
export function layout(frame: PageFrame, content: Html): string {
  const { title, environment, identity, version } = frame;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <meta name="color-scheme" content="light dark">
  <title>${title}</title>
  <link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
  <link rel="stylesheet" href="/assets/fleet.css">
  <script src="/assets/fleet.js" defer></script>
</head>
<body>
  <a class="skip" href="#content">Skip to content</a>
  <header class="bar">
    <strong class="brand">cio-fleet</strong>
    <span class="badge environment-${environment}">${environment}</span>
    <nav aria-label="Pages"><a href="/" aria-current="page">Fleet</a><a href="/queues/">Queues</a></nav>
    <span class="who">${identity.user} <span class="muted">(${identity.role})</span></span>
  </header>
  <p id="stale" class="notice bad" role="status" hidden>The dashboard does not answer. What you see is old.</p>
  <main id="content" tabindex="-1">${content}</main>
  <footer class="muted">cio-fleet ${version}</footer>
</body>
</html>`.text
  }`;
}
