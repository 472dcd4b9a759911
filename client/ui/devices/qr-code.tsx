import { createResource, Show } from 'solid-js';

async function drawn(text: string): Promise<{ readonly size: number; readonly path: string }> {
  const { encode } = await import('uqr');
  // The quiet zone that the standard asks for is four modules wide (ISO/IEC 18004).
  const { size, data } = encode(text, { ecc: 'L', border: 4 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { size, path };
}

/** A text for another device's camera: dark on light in either theme, since not every reader takes it the other way. */
export function QrCode(props: { text: string; label: string }) {
  const [code] = createResource(() => props.text, drawn);
  return (
    <Show when={!code.error && code()}>
      {(it) => (
        <svg
          class="qr-code"
          role="img"
          aria-label={props.label}
          viewBox={`0 0 ${it().size} ${it().size}`}
          shape-rendering="crispEdges"
        >
          <path d={it().path} />
        </svg>
      )}
    </Show>
  );
}
