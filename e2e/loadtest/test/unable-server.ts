/** A server that cannot start. */
import { runServerProcess } from '../server-process.ts';

runServerProcess(() => Promise.reject(new Error('no port is free')));
