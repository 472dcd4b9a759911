/** Imported first of all: says plainly that Node is too old, before anything newer than it is used. */
const oldest = [20, 19];

export function atLeast(version, [major, minor]) {
  const [ours, theirs] = version.replace(/^v/, '').split('.').map(Number);
  return ours > major || (ours === major && theirs >= minor);
}

if (!atLeast(process.version, oldest)) {
  process.stderr.write(
    `Snug needs Node ${oldest.join('.')} or newer; this is ${process.version}. Get one at https://nodejs.org/.\n`,
  );
  process.exit(1);
}
