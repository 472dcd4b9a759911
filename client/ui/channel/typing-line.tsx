import './typing-line.css';
import { typingWords } from './typing-words.ts';

/** Who is typing, in a line that is always there, so that nothing moves when somebody begins. */
export function TypingLine(props: { names: readonly string[] }) {
  return (
    <p class="typing-line" aria-live="polite">
      {typingWords(props.names)}
    </p>
  );
}
