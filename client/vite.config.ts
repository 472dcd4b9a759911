import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

/** Where `npm run dev` runs the signaling server beside this one. */
const signaling = `http://localhost:${process.env.SIGNALING_PORT ?? '8600'}`;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that the built page works from any static host and any sub-path.
  base: './',
  plugins: [solid()],
  resolve: {
    alias: [
      // The full builds carry the wasm inside the JavaScript; the engine loads it as a file of its own, once.
      { find: /^@automerge\/automerge$/, replacement: '@automerge/automerge/slim' },
      { find: /^@automerge\/automerge-repo$/, replacement: '@automerge/automerge-repo/slim' },
    ],
  },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  worker: { format: 'es' },
  server: {
    watch: { ignored: ['**/*.test.ts'] },
    proxy: {
      '/socket.io': { target: signaling, ws: true },
      '/healthz': signaling,
      '/metrics': signaling,
    },
  },
});
