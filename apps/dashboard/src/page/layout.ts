import type { Identity } from '../access/identity.ts';
import { type Html, html } from './html.ts';

export interface PageFrame {
  readonly title: string;
  /** Address of the page, for the bar and for its script. */
  readonly path: string;
  readonly environment: string;
  readonly identity: Identity;
  readonly version: string;
}

/** The bar of every page. */
const NAVIGATION = [
  ['/', 'Overview'],
  ['/person', 'Person'],
  ['/errors', 'Errors'],
  ['/redrive', 'Redrive'],
  ['/sources', 'Sources'],
  ['/workers', 'Workers'],
  ['/live', 'Live'],
  ['/audit', 'Audit'],
  ['/queues/', 'Queues'],
] as const;

/** The script of a page: exactly one, or none. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/': 'fleet.js',
  '/redrive': 'fleet.js',
  '/workers': 'fleet.js',
  '/live': 'live.js',
};

/** A whole page around `content`. No inline script or style: the Content-Security-Policy forbids both. */
export function layout(frame: PageFrame, content: Html): string {
  const { title, path, environment, identity, version } = frame;
  const script = SCRIPTS[path];
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
  <link rel="stylesheet" href="/assets/pages.css">
  ${script !== undefined && html`<script src="/assets/${script}" defer></script>`}
</head>
<body>
  <a class="skip" href="#content">Skip to content</a>
  <header class="bar">
    <strong class="brand">cio-fleet</strong>
    <span class="badge environment-${environment}">${environment}</span>
    <nav aria-label="Pages">${NAVIGATION.map(([to, label]) => html`<a href="${to}" ${to === path && html`aria-current="page"`}>${label}</a>`)}</nav>
    <span class="who">${identity.user} <span class="muted">(${identity.role})</span></span>
  </header>
  <p id="stale" class="notice bad" role="status" hidden>The dashboard does not answer. What you see is old.</p>
  <main id="content" tabindex="-1">${content}</main>
  <footer class="muted">cio-fleet ${version}</footer>
</body>
</html>`.text
  }`;
}
