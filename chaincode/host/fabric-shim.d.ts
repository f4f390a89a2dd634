// Parts of fabric-shim 2.5.8 that its typings leave out.
declare module 'fabric-shim/lib/server.js' {
  export interface ServerOptions {
    readonly ccid: string;
    readonly address: string;
    readonly tlsProps?: { readonly key: Buffer; readonly cert: Buffer; readonly clientCACerts: Buffer };
    readonly [grpcOption: `grpc.${string}`]: number | string;
  }
  export default class ChaincodeServer {
    constructor(chaincode: object, options: ServerOptions);
    start(): Promise<void>;
    connect(stream: import('./batch-messages.ts').PeerStream): void;
  }
}

declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  export default class ChaincodeFromContract {
    constructor(contracts: unknown[], serializers: object, metadata: object, title: string, version: string);
  }
}

declare module 'fabric-shim/lib/logger.js' {
  type Write = (...parts: unknown[]) => unknown;
  export interface ShimLogger {
    debug: Write;
    info: Write;
    isLevelEnabled(level: string): boolean;
  }
  const logger: { setLevel(level: string): void; getLogger(name?: string): ShimLogger };
  export default logger;
}
