// Import directions: gateway routes -> services -> fabric; chaincode contract -> operation -> rules, store -> core.
const tests = '\\.test\\.ts$';
const modules = '^chaincode/(?!core/|host/|lane/|testing/)([^/]+)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle means two files are one idea: move the shared part down.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'The imported file does not exist, or its package is in no package.json.',
      from: {},
      to: { couldNotResolve: true, pathNot: '^node:' },
    },
    {
      name: 'nothing-imports-gateway',
      severity: 'error',
      comment: 'The gateway is the edge: only tests may look inside it.',
      from: { pathNot: ['^gateway/', '^test/', '^scripts/'] },
      to: { path: '^gateway/' },
    },
    {
      name: 'product-never-imports-network',
      severity: 'error',
      comment: 'Chaincode and gateway run on any Fabric network: they may not know the embedded one.',
      from: { path: ['^chaincode/', '^gateway/'], pathNot: tests },
      to: { path: '^network/' },
    },
    {
      name: 'network-knows-no-module',
      severity: 'error',
      comment: 'The network deploys chaincode as a process: it may not depend on what the modules do.',
      from: { path: '^network/', pathNot: [tests] },
      to: { path: '^chaincode/' },
    },
    {
      name: 'only-gateway-fabric-speaks-fabric',
      severity: 'error',
      comment: 'Submit, evaluate and events live in gateway/fabric: import from there.',
      from: { path: '^gateway/', pathNot: ['^gateway/fabric/', tests] },
      to: { path: 'node_modules/@hyperledger/' },
    },
    {
      name: 'gateway-fabric-is-the-bottom',
      severity: 'error',
      comment: 'routes -> services -> fabric, never back up.',
      from: { path: '^gateway/(fabric|read-model)/', pathNot: tests },
      to: { path: '^gateway/(services|routes|plugins)/' },
    },
    {
      name: 'gateway-services-below-routes',
      severity: 'error',
      comment: 'routes -> services -> fabric, never back up.',
      from: { path: '^gateway/services/', pathNot: tests },
      to: { path: '^gateway/(routes|plugins)/' },
    },
    {
      name: 'gateway-takes-only-the-public-face-of-chaincode',
      severity: 'error',
      comment:
        "The gateway may import a module's schemas, errors, routes and index, core, and the list of all operations.",
      from: { path: '^gateway/', pathNot: [tests, '^gateway/testing/'] },
      to: {
        path: '^chaincode/',
        pathNot: '^chaincode/(core/|operations\\.ts$|[^/]+/(schemas|errors|routes|index)\\.ts$)',
      },
    },
    {
      name: 'core-knows-no-module',
      severity: 'error',
      comment: 'core is under every module and knows none of them.',
      from: { path: '^chaincode/core/', pathNot: tests },
      to: { path: ['^chaincode/(?!core/)'] },
    },
    {
      name: 'modules-meet-through-index',
      severity: 'error',
      comment: "Import another module's index.ts, not its inside.",
      from: { path: modules, pathNot: tests },
      to: {
        path: '^chaincode/(?!core/|host/|testing/)[^/]+/',
        pathNot: ['^chaincode/$1/', '/index\\.ts$', '/errors\\.ts$'],
      },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      comment: 'rules decide on values: they neither load nor save.',
      from: { path: '^chaincode/[^/]+/rules(/|\\.ts$)', pathNot: tests },
      to: { path: '/(store|contract)\\.ts$' },
    },
    {
      name: 'only-main-and-tests-import-contracts',
      severity: 'error',
      comment: 'contract.ts is the top of a module: nothing in a module may depend on it.',
      from: {
        path: '^chaincode/',
        pathNot: ['^chaincode/(main|operations)\\.ts$', '^chaincode/host/', '^chaincode/testing/', tests],
      },
      to: { path: '^chaincode/(?!core/)[^/]+/contract\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(coverage|\\.tangram)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
    progress: { type: 'none' },
  },
};
