import { openDetails } from '@tangram/gateway/secrets/account-details.ts';
import { readSecrets } from '@tangram/gateway/secrets/secrets.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';

/** The holder's name in an answer of `accounts:getDetails` at Cedar, opened with the keys of Cedar's gateways. */
export function holderName(organizationsFolder: string, answer: Uint8Array): string | undefined {
  const { encryptionKey, digestKey } = organizationPaths(organizationsFolder, 'cedar');
  const secrets = readSecrets({ encryptionKeyFile: encryptionKey, digestKeyFile: digestKey });
  return openDetails(secrets, JSON.parse(Buffer.from(answer).toString()))?.name;
}
