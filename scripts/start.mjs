// `npm start`: sets the clone up on any Node from 20 on, then hands over to network/start.ts on Node 24.
import './node-version.mjs';
import util from 'node:util';

const help = `npm start [-- options]
  --once               run the walkthrough and exit; non-zero unless every step came out as expected
  --fresh              begin anew: forget the ledger, keys and read models of the run folder
  --json               one JSON object a line and a step; at last {"ready": true, "gateways": …}
  --port-base <n>      gateways from n+1, issuer n+10, peers from n+51 (default 8080 and 7000)
  --data <folder>      run folder (default .tangram, or .tangram/native)
  --network <name>     network of the native driver: four-banks (default), four-banks-ha, or a YAML file
  --driver <name>      embedded (default), native: real Hyperledger Fabric, four BFT orderers and five peers;
                       compose: the same in containers (docs/operating/containers.md)
`;

let options;
try {
  options = util.parseArgs({
    options: {
      once: { type: 'boolean' },
      fresh: { type: 'boolean' },
      json: { type: 'boolean' },
      'port-base': { type: 'string' },
      data: { type: 'string' },
      driver: { type: 'string' },
      network: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
} catch (error) {
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exit(2);
}
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}

process.argv.splice(2, 0, 'network/start.ts');
await import('./run.mjs');
