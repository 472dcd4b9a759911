/** The command line of the peer without a browser. */
import { parseArgs } from 'node:util';
import { type Invite, parseInviteLink } from '@snug/shared/entries/invite.ts';
import { normalServer } from '@snug/shared/entries/server-url.ts';
import { DisplayName, MessageText, SpaceName } from '@snug/shared/entries/text.ts';
import * as v from 'valibot';
import { MIN_PASSPHRASE } from '../space/archive/sealed-file.ts';
import { type Call, type Command, numberOf, readCall, WrongCall } from './command-line.ts';

export interface Asked {
  readonly invite: { readonly link: string; readonly invite: Invite } | undefined;
  /** Name of the space that is to be there. */
  readonly create: string | undefined;
  /** What others see; without it the name that is kept, if one is. */
  readonly name: string | undefined;
  readonly data: string | undefined;
  readonly say: string | undefined;
  /** Its own signaling server; the links that it makes lead there. */
  readonly server: string;
  /** Files that a space is written to, or read from. */
  readonly export: string | undefined;
  readonly import: string | undefined;
  readonly passphrase: string;
  /** Everything that the data directory holds is to be erased. */
  readonly wipe: boolean;
  readonly keep: boolean;
  /** How long to wait for others, ms. */
  readonly patienceMs: number;
  /** Nothing but JSON lines. */
  readonly quiet: boolean;
}

const SERVER = 'http://localhost:8600';
const WAIT_S = 30;

export const PEER: Command = {
  name: 'peer',
  usage: `Usage: npm run -s peer -- --invite URL | --create NAME | --data DIR [options]

A member without a browser. It prints one JSON object a line for what happens (client/headless/README.md says which); -s keeps npm quiet.

  --invite URL    join by the invite link of a space
  --create NAME   make a space, or take the one of that name in --data, and print an invite link; needs --keep or --data, and
                  whoever uses the link is let in while this peer, or another member, runs
  --data DIR      keep key and messages there, and be the same member next time; without it nothing is kept
  --name NAME     what others see; "Headless" unless --data knows better
  --server URL    its signaling server: that of the invite, else ${SERVER}
  --say TEXT      say this in the space's first channel
  --export FILE   write the space into a file that the passphrase in SNUG_PASSPHRASE opens
  --import FILE   take a space up from such a file, or add what is missing; needs --data or --keep
  --wipe          say goodbye, and erase what --data keeps: key and messages
  --keep          stay until stopped
  --wait SECONDS  without --keep: how long to wait to be let in, and for the message to be stored by another (${WAIT_S})
  --json          nothing but the JSON lines, not even notices on standard error

Exit: 0 done, 2 wrong call, 3 not let in or not delivered in time, 4 refused or failed.`,
};

/** @param passphrase of the files to be written or read: not on the command line, where others of the machine see it */
export function parseOptions(args: readonly string[], passphrase = ''): Call<Asked> {
  return readCall(args, (own) => {
    const { values } = parseArgs({
      args: own,
      options: {
        invite: { type: 'string' },
        create: { type: 'string' },
        name: { type: 'string' },
        data: { type: 'string' },
        say: { type: 'string' },
        server: { type: 'string' },
        export: { type: 'string' },
        import: { type: 'string' },
        wipe: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        wait: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { invite, create, name, data, say, wipe, keep } = values;
    if (invite !== undefined && create !== undefined)
      throw new WrongCall('Give either --invite or --create: a space is joined or made.');
    if (wipe && (data === undefined || invite !== undefined || create !== undefined))
      throw new WrongCall('Give --wipe the --data directory, and nothing to join or make.');
    if (values.import !== undefined && data === undefined && !keep)
      throw new WrongCall(
        'What nobody keeps is gone at once: give --import either --data or --keep.',
      );
    if ((values.export ?? values.import) !== undefined && passphrase.length < MIN_PASSPHRASE)
      throw new WrongCall(
        `Set SNUG_PASSPHRASE to the passphrase of the file, ${MIN_PASSPHRASE} characters at least.`,
      );
    const { import: file } = values;
    if (file !== undefined && (invite !== undefined || create !== undefined))
      throw new WrongCall('Give --import no --invite and no --create: the file names its space.');
    if ([invite, create, data, file].every((given) => given === undefined))
      throw new WrongCall(
        'Give an --invite, the name of a space to --create, or a --data directory that holds one.',
      );
    if (create !== undefined && !keep && data === undefined)
      throw new WrongCall(
        'A space that nobody keeps is gone at once: give --create either --keep or --data.',
      );
    const { server, ...link } = linkOf(invite);
    return {
      invite: link.invite,
      create: textOf('--create', SpaceName, create),
      name: textOf('--name', DisplayName, name),
      data,
      say: textOf('--say', MessageText, say),
      server: serverOf(values.server) ?? server ?? SERVER,
      export: values.export,
      import: file,
      passphrase,
      wipe,
      keep,
      patienceMs: keep
        ? Number.POSITIVE_INFINITY
        : numberOf('--wait', values.wait ?? WAIT_S, 0.1, 86_400) * 1000,
      quiet: values.json,
    };
  });
}

function textOf(
  option: string,
  schema: v.GenericSchema<string, string>,
  given: string | undefined,
): string | undefined {
  if (given === undefined) return undefined;
  const parsed = v.safeParse(schema, given);
  if (parsed.success) return parsed.output;
  throw new WrongCall(`What ${option} gives ${parsed.issues[0].message}.`);
}

function linkOf(link: string | undefined): {
  readonly invite: Asked['invite'];
  readonly server: string | undefined;
} {
  if (link === undefined) return { invite: undefined, server: undefined };
  const parsed = parseInviteLink(link);
  if (!parsed.ok) throw new WrongCall(parsed.message);
  const { invite, origin } = parsed;
  const server = invite.servers[0] ?? origin;
  if (server === undefined)
    throw new WrongCall('A bare token does not say where its server is: give the whole link.');
  return { invite: { link, invite }, server };
}

function serverOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const server = normalServer(given);
  if (server !== undefined) return server;
  throw new WrongCall(`--server is an address like https://snug.example, not "${given}".`);
}
