/** The prebuilt bundle, which needs no Node polyfills in a browser. */
declare module 'simple-peer/simplepeer.min.js' {
  import SimplePeer from 'simple-peer';
  export default SimplePeer;
}
