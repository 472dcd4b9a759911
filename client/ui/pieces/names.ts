/** What people and spaces are called. */

/** What shows nothing: white space, controls, format characters, fillers. */
const INVISIBLE = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** What to call somebody whose profile has not arrived yet, or whose name shows nothing. */
export const nameOf = (name: string): string =>
  name.replace(INVISIBLE, '') ? name.trim() : 'Someone new';

/** Equal for names that read the same: compatibility forms and case folded, nothing invisible. */
function readAs(name: string): string {
  const fold = (text: string) => text.normalize('NFKC').toUpperCase().toLowerCase();
  return fold(fold(nameOf(name)).replace(INVISIBLE, ''));
}

/** Of the mark that tells namesakes apart; longer where two of them share as much. */
const MARK_LENGTH = 4;

/**
 * What is set after the names of people who are called the same, so that nobody passes for another: the first characters of
 * their account's key, by account. Nobody else is in it.
 */
export function namesakeMarks(
  people: Iterable<{ readonly account: string; readonly name: string }>,
): ReadonlyMap<string, string> {
  const namesakes = new Map<string, Set<string>>();
  for (const { account, name } of people) {
    const read = readAs(name);
    const accounts = namesakes.get(read) ?? new Set<string>();
    namesakes.set(read, accounts.add(account));
  }
  const marks = new Map<string, string>();
  for (const accounts of namesakes.values()) {
    if (accounts.size < 2) continue;
    // The method, and what the keys of one kind have in common, tell nobody apart.
    const keys = [...accounts].map((account) => account.replace(/^did:(?:key:z6Mk|[a-z]+:)/, ''));
    const longest = Math.max(...keys.map((key) => key.length));
    let length = MARK_LENGTH;
    const distinct = () => new Set(keys.map((key) => key.slice(0, length))).size;
    while (length < longest && distinct() < keys.length) length++;
    for (const [index, account] of [...accounts].entries()) {
      marks.set(account, (keys[index] ?? account).slice(0, length));
    }
  }
  return marks;
}

/** `Ada's`, `Ines'`. */
export function possessive(name: string): string {
  return `${name}${/s$/i.test(name) ? '’' : '’s'}`;
}

/** Two letters for a space on the rail: `Ly`, `42`, `Re`. */
export function initials(name: string): string {
  const letters = [...name.replace(/[^\p{L}\p{N}]/gu, '')].slice(0, 2).join('');
  return letters || '·';
}
