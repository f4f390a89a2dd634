/** Stryker's plugin that leaves out what is no rule although it stands among rules, each with its reason. */
import type { Ignorer } from '@stryker-mutator/api/ignore';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** What is read here of Babel's path to a node. */
interface NodePath {
  readonly node: {
    readonly type: string;
    readonly callee?: { readonly name?: string; readonly object?: { readonly name?: string } };
  };
  readonly parentPath: NodePath | null;
}

const ignorer: Ignorer = {
  shouldIgnore(path) {
    const { node, parentPath } = path as unknown as NodePath;
    if (node.type === 'CallExpression' && node.callee?.object?.name === 'Type') {
      return 'The shape of a request is a schema, as those in schemas.ts are.';
    }
    const isText = node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
    const isError = parentPath?.node.type === 'NewExpression' && parentPath.node.callee?.name?.endsWith('Error');
    return isText && isError
      ? 'The words of a broken invariant are for its reader; that it is thrown is tested.'
      : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'no-rules', ignorer)];
