/** The help of `npm run sim`. */
import type { Command } from '@snug/client/headless/command-line.ts';
import { MEANINGS_TEXT } from './meanings.ts';
import { DEFAULTS } from './options.ts';

const USAGE = `Usage: npm run sim -- [options]

The real mesh core with thousands of simulated peers on a virtual clock. It takes a minute as it is, and grows with peers, messages
and minutes.

  --peers N             devices (${DEFAULTS.peers})
  --churn FRACTION      of them crash or leave each minute, and as many come (${DEFAULTS.churn})
  --loss FRACTION       of the frames are delayed by a retransmission (${DEFAULTS.loss})
  --messages N          (${DEFAULTS.messages})
  --minutes N           of virtual time, 1.5 to 120 (${DEFAULTS.minutes})
  --seed N              a run with the same options and seed is the same run (${DEFAULTS.seed})
  --partition FRACTION:SECONDS   so many are cut off, from the server too, for so long
  --unreachable FRACTION         of the pairs cannot link
  --withhold FRACTION   of the peers pass nothing on
  --server-down FROM:TO seconds from the start
  --spaces N            each device is in N spaces of --room people (1: all are in one)
  --room N              (${DEFAULTS.room})
  --writers N|all       (all)
  --rate N              messages a second (spread evenly)
  --json FILE           the figures
  --svg FILE            a picture of who is linked to whom in the end
  --report              bytes and frames by what they were for

What it prints:
${MEANINGS_TEXT}

Exit: 0 all have everything; 1 somebody lacks a message, held too many links, or the core did what it never does; 2 wrong call.`;

export const SIM: Command = { name: 'sim', usage: USAGE };
