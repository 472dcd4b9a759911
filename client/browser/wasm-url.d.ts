/** Vite gives the address of the file. */
declare module '@automerge/automerge/automerge.wasm?url' {
  const url: string;
  export default url;
}
