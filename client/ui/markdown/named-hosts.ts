/** `bank.example`, whatever stands before and after: two labels or more, the last beginning with a letter. */
const dotted = /(?:[\p{L}\p{N}\p{M}_-]+\.)+\p{L}[\p{L}\p{M}\p{N}-]+/gu;
/** IPv4 in dotted decimals, IPv6 in brackets. */
const numeric = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)|\[[\da-f:.]*:[\da-f:.]*\]/giu;
/** What follows a scheme is a host however it looks: `https://localhost`, `https://2130706433`. */
const afterScheme = /[a-z][a-z\d+.-]*:[/\\]{2,}(?:[^\s/?#\\@]*@)?([^\s/?#\\:@[\]]+)/giu;

/**
 * Every host that a text names, or that a person would take it to name, in the spelling of the URL standard. Read as
 * browsers read host names (UTS #46): compatibility forms folded, ideographic full stops as dots, nothing invisible. For texts of up to a
 * thousand characters: the time it takes grows with the square of their length.
 */
export function hostsNamedIn(text: string): readonly string[] {
  const plain = text
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .replace(/[\u3002\uFF0E\uFF61]/g, '.');
  const claims = [
    ...Array.from(plain.matchAll(dotted), ([host]) => host),
    ...Array.from(plain.matchAll(numeric), ([host]) => host),
    ...Array.from(plain.matchAll(afterScheme), ([, host]) => host ?? ''),
  ];
  return [...new Set(claims.map(normal).filter((host) => host !== ''))];
}

/** The same host, or one is a domain of two labels or more that the other is in. Of names in the URL standard's spelling. */
export function sameSite(a: string, b: string): boolean {
  const [one, other] = [bare(a), bare(b)];
  const within = (inner: string, outer: string) =>
    /\.[^.]*\p{L}/u.test(outer) && inner.endsWith(`.${outer}`);
  return one === other || within(one, other) || within(other, one);
}

const bare = (host: string) => host.toLowerCase().replace(/\.$/, '');

/** A claim that is no host stays as it was found: it then equals no host there is. */
function normal(claim: string): string {
  const host = claim.startsWith('[')
    ? claim
    : claim.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, '');
  return URL.canParse(`https://${host}`) ? bare(new URL(`https://${host}`).hostname) : host;
}
