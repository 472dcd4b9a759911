import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, jsonElement } from './html.ts';

test('what is put in is text, and markup only where it was made as such', () => {
  const name = html`<b>${'<&">'}</b>`;
  expect(name.text).toBe('<b>&lt;&amp;&quot;&gt;</b>');
  expect(
    html`<p title="${"it's"}">${name}${undefined}${[html`<i>1</i>`, html`<i>2</i>`]}${3}</p>`.text,
  ).toBe('<p title="it&#39;s"><b>&lt;&amp;&quot;&gt;</b><i>1</i><i>2</i>3</p>');
});

test('no text ends the element that holds data, and all of it comes back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constant('</script><script>alert(1)//<!--')), (text) => {
      const element = jsonElement('data', { text }).text;
      const inside = element.slice(element.indexOf('>') + 1, element.lastIndexOf('<'));
      expect(inside).not.toContain('<');
      expect(JSON.parse(inside)).toEqual({ text });
    }),
  );
});
