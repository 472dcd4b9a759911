/** The help of what this folder does itself; what it only starts has its own. */

/** `name` is what follows `npm`. */
export const usages = {
  start: {
    name: 'start',
    takesArguments: false,
    usage: `Usage: npm start

The page and the signaling server on one port, http://localhost:8600, until Ctrl-C. Settings are environment variables, as in
PORT=8700 npm start: README.md, Hosting, has them all.`,
  },
  dev: {
    name: 'run dev',
    takesArguments: false,
    usage: `Usage: npm run dev

As npm start, with hot reload: the page on PORT (8600), the server behind it on the next port. All components in their states are at
/#/gallery.`,
  },
  build: {
    name: 'run build',
    takesArguments: false,
    usage: `Usage: npm run build

The page as static files in client/dist.`,
  },
  check: {
    name: 'run check',
    takesArguments: false,
    usage: `Usage: npm run check

The fast checks: types, lint, direction of imports.`,
  },
  test: {
    name: 'test',
    takesArguments: true,
    usage: `Usage: npm test [-- static|unit|e2e] [-- WORD…]

Everything that CI runs, in about twelve minutes: types and lint (static), unit and property tests (unit), real Chromium (e2e). With
words, only test files whose paths hold one of them. The last line counts what passed, failed and was skipped.

SEED=random npm test -- unit draws other cases for the properties.`,
  },
};
