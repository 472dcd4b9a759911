/**
 * Loaded into the programs that `.ci/bootstrap.mjs` starts: when it is killed without a chance to tell them, the
 * channel to it closes and they end too. Only for its own children; what these start has parents of its own.
 */
if (process.channel && process.env.SNUG_LIFELINE === String(process.ppid)) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
