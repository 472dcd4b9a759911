import { createResource, For, Show } from 'solid-js';

/** The English list of BIP-39: 2,048 words, no two alike in their first four letters. */
async function wordsOf(numbers: readonly number[]): Promise<readonly string[]> {
  const { wordlist } = await import('@scure/bip39/wordlists/english.js');
  return numbers.map((number) => wordlist[number] ?? '?');
}

/** Six words to be compared with those on another screen. @param props.numbers below 2,048 */
export function SixWords(props: { numbers: readonly number[] }) {
  const [words] = createResource(() => [...props.numbers], wordsOf);
  return (
    <Show
      when={!words.error}
      fallback={
        <p class="trouble" role="alert">
          The list of words did not load. Reload the page and try again.
        </p>
      }
    >
      <ol class="six-words" aria-label="Six words">
        <For each={words() ?? []}>{(word) => <li>{word}</li>}</For>
      </ol>
    </Show>
  );
}
