// Comes first among the imports, and all before it link on any Node that knows modules: an old one gets a sentence.
const oldestNode = 20;

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  process.stderr.write(
    `Node ${process.version} is too old: Tangram needs Node ${oldestNode} or newer (https://nodejs.org).\n`,
  );
  process.exit(1);
}
