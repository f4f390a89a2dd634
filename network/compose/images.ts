/** Settings that name an image of docker-compose.yaml which others publish. */
export const officialImages = ['FABRIC_PEER_IMAGE', 'FABRIC_ORDERER_IMAGE', 'POSTGRES_IMAGE'] as const;

/** Every image that the settings name, by setting. */
export function imagesOf(settings: Record<string, string | undefined>): Record<string, string> {
  const hasPostgres = (settings.COMPOSE_PROFILES ?? '').split(',').includes('postgres');
  const pairs = Object.entries(settings).flatMap(([name, value]) => {
    const isUsed = /^[A-Z_]+_IMAGE$/.test(name) && known.has(name) && (name !== 'POSTGRES_IMAGE' || hasPostgres);
    return isUsed && value ? [[name, value]] : [];
  });
  return Object.fromEntries(pairs);
}

const known = new Set<string>([
  ...officialImages,
  'GATEWAY_IMAGE',
  'CHAINCODE_IMAGE',
  'CHAINCODE_B_IMAGE',
  'NETWORK_IMAGE',
  'SET_UP_IMAGE',
]);

/** Whether a name holds the digest of its content, so that nobody can change what it stands for. */
export const isPinned = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image);
