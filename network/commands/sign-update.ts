import { onThisMachine } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { loadSigner } from '../identity/signer.ts';
import { nativeFolders } from '../native/folders.ts';
import { signUpdateFile } from '../native/update-file.ts';
import { type Command, UsageError } from './context.ts';

/** Signs a change of a channel's configuration that another organisation proposes, with the administrator's key here. */
export const signUpdate: Command = {
  name: 'sign-update',
  summary: 'sign-update <file>: adds the administrator’s signature to a change that another member proposes',
  async run(context) {
    const [file] = context.positionals;
    if (!file) throw new UsageError('Name the file: npm run network -- sign-update finance-add-birch.pb');
    const { organizations } = nativeFolders(context.dataFolder);
    let result = { channel: '', signed: [] as string[] };
    for (const { name, mspId } of onThisMachine(context.resolved()).organizations) {
      result = signUpdateFile(file, loadSigner(mspId, organizationPaths(organizations, name).adminMsp));
    }
    context.answer(`The change of ${result.channel} is signed by ${result.signed.join(', ')}.`, { file, ...result });
    return 0;
  },
};
