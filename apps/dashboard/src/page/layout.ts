import type { Identity } from '../access/identity.ts';
import { type Html, html } from './html.ts';
import { finder, keysHelp, navigation } from './navigation.ts';

export interface PageFrame {
  readonly title: string;
  /** Address of the page, for the bar and for its script. */
  readonly path: string;
  /** That is looked at, where one was chosen: links stay within it. */
  readonly workspace: string | undefined;
  readonly environment: string;
  readonly identity: Identity;
  readonly version: string;
}

/** What a page has besides the script of the keys. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/': 'fleet.js',
  '/redrive': 'fleet.js',
  '/workers': 'fleet.js',
  '/live': 'live.js',
};

/** A whole page around `content`. No inline script or style: the Content-Security-Policy forbids both. */
export function layout(frame: PageFrame, content: Html): string {
  const { title, path, workspace, environment, identity, version } = frame;
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
  <link rel="stylesheet" href="/assets/overview.css">
  <link rel="stylesheet" href="/assets/pages.css">
  <link rel="stylesheet" href="/assets/frame.css">
  <script src="/assets/keys.js" defer></script>
  ${script !== undefined && html`<script src="/assets/${script}" defer></script>`}
</head>
<body>
  <a class="skip" href="#content">Skip to content</a>
  <header class="bar">
    <strong class="brand">cio-fleet</strong>
    <span class="badge environment-${environment}">${environment}</span>
    ${navigation(path, workspace)}
    ${finder(path, workspace)}
    <span class="who">${identity.user} <span class="muted">(${identity.role})</span></span>
  </header>
  <p id="stale" class="notice bad" role="status" hidden>The dashboard does not answer. What you see is old.</p>
  <main id="content" tabindex="-1">${content}</main>
  <footer class="muted">cio-fleet ${version} <button type="button" id="keys-show" class="plain-button" hidden>Keys</button></footer>
  ${keysHelp()}
</body>
</html>`.text
  }`;
}
