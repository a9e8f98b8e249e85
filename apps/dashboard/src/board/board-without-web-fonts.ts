import type { ExpressAdapter } from '@bull-board/express';

type Render = (path: string, options: object, callback: (error: unknown, html?: string) => void) => void;

/** What we use of express's application, which Bull Board's adapter is one of. */
interface ViewApplication {
  readonly engines: Readonly<Record<string, Render | undefined>>;
  engine(extension: string, render: Render): unknown;
}

const WEB_FONT_LINK = /<link\b[^>]*\bfonts\.googleapis\.com[^>]*>/g;

/**
 * Bull Board's page asks Google for fonts: that tells them who looks at the queues, fails without the internet, and our
 * Content-Security-Policy blocks it. The link is taken out as the page is rendered; the theme names fonts of the system.
 */
export function withoutWebFonts(adapter: ExpressAdapter): void {
  const application = adapter.getRouter() as ViewApplication;
  const render = application.engines['.ejs'];
  if (render === undefined) return;
  application.engine('ejs', (path, options, callback) =>
    render(path, options, (error, html) => callback(error, html?.replace(WEB_FONT_LINK, ''))),
  );
}
