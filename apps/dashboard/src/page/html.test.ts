import { expect, it } from 'vitest';
import { html } from './html.ts';

it('escapes every value, in text and in attributes', () => {
  const hostile = `"><script>alert('x')</script>&`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</p>',
  );
});

it('takes nested HTML and lists as they are, and nothing for absent values', () => {
  expect(html`<ul>${[1, 'a<b'].map((item) => html`<li>${item}</li>`)}${null}${false}${undefined}</ul>`.text).toBe(
    '<ul><li>1</li><li>a&lt;b</li></ul>',
  );
});

it('does not take an object that looks like HTML for HTML', () => {
  const forged = [{ text: '<script>' }] as unknown as readonly string[];
  expect(html`${forged}`.text).not.toContain('<script>');
});
