/** Messages handed to the engine and not yet stored: until they are, they belong to the draft. */
export function createUnsent() {
  const underway = new Set<{ readonly text: string }>();
  return {
    /** Returns what to call when the engine has answered, either way. */
    add(text: string): () => void {
      const entry = { text };
      underway.add(entry);
      return () => void underway.delete(entry);
    },
    /** What to keep as the draft: oldest first, then what is being typed. */
    draftWith(typed: string): string {
      return [...[...underway].map((entry) => entry.text), typed].filter(Boolean).join('\n');
    },
  };
}
