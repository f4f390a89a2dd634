/** What a field of a network file may hold; the words are those of the refusal. */
type Kind = 'text' | 'true or false' | 'a whole number above 0' | 'a number' | 'a list' | 'a map';

interface Shape {
  [field: string]: { kind: Kind; required?: true };
}

const text = { kind: 'text' } as const;
const count = { kind: 'a whole number above 0' } as const;

const shapes = {
  network: {
    name: { ...text, required: true },
    organizations: { kind: 'a list', required: true },
    channels: { kind: 'a list', required: true },
    chaincodes: { kind: 'a list', required: true },
    lifecyclePolicy: text,
    ordering: { kind: 'a map' },
    ports: { kind: 'a map' },
  },
  organization: {
    name: { ...text, required: true },
    orderer: { kind: 'true or false' },
    host: text,
    bic: text,
    left: { kind: 'true or false' },
    peers: count,
    gateways: count,
    ca: { kind: 'a map' },
  },
  ca: {
    url: { ...text, required: true },
    tlsCaFile: { ...text, required: true },
    registrarFile: { ...text, required: true },
    name: text,
    tlsName: text,
  },
  chaincode: { name: { ...text, required: true }, channel: { ...text, required: true }, policy: text },
  ordering: {
    consensus: text,
    maxMessageCount: count,
    preferredMaxMegabytes: count,
    absoluteMaxMegabytes: count,
    batchMilliseconds: count,
    leaderHeartbeatSeconds: { kind: 'a number' },
  },
  ports: { gateway: count, network: count },
} as const satisfies Record<string, Shape>;

/** Lists what keeps a parsed network file from being used: unknown fields, absent ones, and values of another kind. */
export function problemsOfFile(value: unknown): string[] {
  if (!isOf('a map', value)) return [`It must be a map with the fields ${Object.keys(shapes.network).join(', ')}.`];
  const { organizations, chaincodes, channels, ordering, ports } = value as Record<string, unknown>;
  return [
    ...problemsOf('network', value),
    ...each('organization', organizations).flatMap(({ where, entry }) => [
      ...problemsOf('organization', entry, where),
      ...optional('ca', (entry as { ca?: unknown } | null)?.ca, `the ca of ${where}`),
    ]),
    ...each('channel', channels).flatMap(({ where, entry }) =>
      isOf('text', entry) ? [] : [`${where} must be text, not ${JSON.stringify(entry)}.`],
    ),
    ...each('chaincode', chaincodes).flatMap(({ where, entry }) => problemsOf('chaincode', entry, where)),
    ...optional('ordering', ordering),
    ...optional('ports', ports),
  ];
}

/** The entries of a list, each with the words for it; what is no list was said already. */
function each(what: string, list: unknown): { where: string; entry: unknown }[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry, index) => {
    const name = (entry as { name?: unknown } | null)?.name;
    return { where: typeof name === 'string' ? `${what} ${name}` : `${what} ${index + 1}`, entry };
  });
}

const optional = (shape: keyof typeof shapes, value: unknown, where?: string): string[] =>
  isOf('a map', value) ? problemsOf(shape, value, where) : [];

function problemsOf(name: keyof typeof shapes, value: unknown, where: string = name): string[] {
  const shape: Shape = shapes[name];
  if (!isOf('a map', value)) return [`${where} must be a map, not ${JSON.stringify(value)}.`];
  const record = value as Record<string, unknown>;
  const known = Object.keys(shape).join(', ');
  const unknown = Object.keys(record)
    .filter((field) => !(field in shape))
    .map((field) => `${where} has no field ${field}; it knows ${known}.`);
  const wrong = Object.entries(shape).flatMap(([field, { kind, required }]) => {
    const given = record[field];
    if (given === undefined) return required ? [`${where} lacks ${field}, which must be ${kind}.`] : [];
    return isOf(kind, given) ? [] : [`${field} of ${where} must be ${kind}, not ${JSON.stringify(given)}.`];
  });
  return [...unknown, ...wrong];
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'text') return typeof value === 'string' && value !== '';
  if (kind === 'true or false') return typeof value === 'boolean';
  if (kind === 'a whole number above 0') return Number.isInteger(value) && Number(value) > 0;
  if (kind === 'a number') return typeof value === 'number' && value > 0 && Number.isFinite(value);
  if (kind === 'a list') return Array.isArray(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
