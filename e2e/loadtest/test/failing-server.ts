/** A server that starts, and ends by itself when it is asked for its figures. */
import { runServerProcess } from '../server-process.ts';
import { SocketAccounts } from '../socket-accounts.ts';

process.on('message', () => process.exit(7));
runServerProcess(async () => ({
  url: 'http://127.0.0.1:0',
  accounts: new SocketAccounts(() => () => 'chat'),
  close: async () => {},
}));
