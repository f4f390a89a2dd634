import { common } from '@hyperledger/fabric-protos';

type Group = common.ConfigGroup;
type Leaf = common.ConfigValue | common.ConfigPolicy;
interface Entries<Entry> {
  forEach(visit: (entry: Entry, name: string) => void): void;
}
type LeafMap = Entries<Leaf> & { set(name: string, leaf: Leaf): unknown };

interface Compared {
  read: Group;
  write: Group;
  isChanged: boolean;
}

/**
 * The difference of two configurations as Fabric's orderers take it: what changes stands in the write set with its next
 * version, what must not have changed meanwhile in the read set. Refuses two that are equal.
 */
export function computeUpdate(channel: string, before: common.Config, after: common.Config): common.ConfigUpdate {
  const { read, write, isChanged } = compareGroups(groupOf(before), groupOf(after));
  if (!isChanged) throw new Error(`The configuration of ${channel} is as wanted already: there is nothing to update.`);
  const update = new common.ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(read);
  update.setWriteSet(write);
  return update;
}

/** The root group of a configuration. */
export function groupOf(config: common.Config): Group {
  return config.getChannelGroup() ?? new common.ConfigGroup();
}

/** The group that stands at a path below the root, such as `Application`, `CedarMSP`. Refuses a path that leads nowhere. */
export function groupAt(config: common.Config, ...path: string[]): Group {
  return path.reduce((group, name) => {
    const inner = group.getGroupsMap().get(name);
    if (!inner) throw new Error(`The channel's configuration has no group ${path.join('/')}.`);
    return inner;
  }, groupOf(config));
}

function compareGroups(before: Group, after: Group): Compared {
  const values = compareLeaves(before.getValuesMap() as LeafMap, after.getValuesMap() as LeafMap);
  const policies = compareLeaves(before.getPoliciesMap() as LeafMap, after.getPoliciesMap() as LeafMap);
  const groups = compareInner(before, after);
  const parts = [values, policies, groups];
  const read = new common.ConfigGroup();
  const write = new common.ConfigGroup();
  for (const side of [read, write]) side.setVersion(before.getVersion());
  const hasOtherMembers = parts.some((part) => part.hasOtherMembers) || before.getModPolicy() !== after.getModPolicy();
  if (!hasOtherMembers && parts.every((part) => part.changed.size === 0)) return { read, write, isChanged: false };

  // A group whose members change names all it has: those that stay stand on both sides at their present version.
  if (hasOtherMembers) {
    write.setVersion(before.getVersion() + 1);
    write.setModPolicy(after.getModPolicy());
  }
  fill(read.getValuesMap() as LeafMap, hasOtherMembers ? values.same : new Map());
  fill(read.getPoliciesMap() as LeafMap, hasOtherMembers ? policies.same : new Map());
  fill(
    write.getValuesMap() as LeafMap,
    hasOtherMembers ? new Map([...values.same, ...values.changed]) : values.changed,
  );
  fill(
    write.getPoliciesMap() as LeafMap,
    hasOtherMembers ? new Map([...policies.same, ...policies.changed]) : policies.changed,
  );
  for (const [name, inner] of groups.same) {
    if (!hasOtherMembers) continue;
    read.getGroupsMap().set(name, inner.read);
    write.getGroupsMap().set(name, inner.write);
  }
  for (const [name, inner] of groups.changed) {
    if (before.getGroupsMap().has(name)) read.getGroupsMap().set(name, inner.read);
    write.getGroupsMap().set(name, inner.write);
  }
  return { read, write, isChanged: true };
}

function compareInner(before: Group, after: Group) {
  const [present, wanted] = [entriesOf<Group>(before.getGroupsMap()), entriesOf<Group>(after.getGroupsMap())];
  const same = new Map<string, Compared>();
  const changed = new Map<string, Compared>();
  for (const [name, group] of wanted) {
    const former = present.get(name);
    if (former === undefined)
      changed.set(name, { read: new common.ConfigGroup(), write: fresh(group), isChanged: true });
    else {
      const compared = compareGroups(former, group);
      (compared.isChanged ? changed : same).set(name, compared);
    }
  }
  return { same, changed, hasOtherMembers: differInNames(present, wanted) };
}

function compareLeaves(before: LeafMap, after: LeafMap) {
  const [present, wanted] = [entriesOf<Leaf>(before), entriesOf<Leaf>(after)];
  const same = new Map<string, Leaf>();
  const changed = new Map<string, Leaf>();
  for (const [name, leaf] of wanted) {
    const former = present.get(name);
    if (former !== undefined && contentOf(former) === contentOf(leaf)) {
      const mention = former instanceof common.ConfigValue ? new common.ConfigValue() : new common.ConfigPolicy();
      mention.setVersion(former.getVersion());
      same.set(name, mention);
    } else {
      const next = copy(leaf);
      next.setVersion(former === undefined ? 0 : former.getVersion() + 1);
      changed.set(name, next);
    }
  }
  return { same, changed, hasOtherMembers: differInNames(present, wanted) };
}

/** A group that is new to the channel: everything in it begins at version 0. */
function fresh(group: Group): Group {
  const begun = common.ConfigGroup.deserializeBinary(group.serializeBinary());
  const reset = (each: Group): void => {
    each.setVersion(0);
    for (const leaf of entriesOf<Leaf>(each.getValuesMap() as LeafMap).values()) leaf.setVersion(0);
    for (const leaf of entriesOf<Leaf>(each.getPoliciesMap() as LeafMap).values()) leaf.setVersion(0);
    for (const inner of entriesOf<Group>(each.getGroupsMap()).values()) reset(inner);
  };
  reset(begun);
  return begun;
}

function entriesOf<Entry>(map: Entries<Entry>): Map<string, Entry> {
  const found = new Map<string, Entry>();
  map.forEach((entry, name) => {
    found.set(name, entry);
  });
  return found;
}

function fill(map: LeafMap, leaves: ReadonlyMap<string, Leaf>): void {
  for (const [name, leaf] of leaves) map.set(name, leaf);
}

const differInNames = (present: ReadonlyMap<string, unknown>, wanted: ReadonlyMap<string, unknown>): boolean =>
  present.size !== wanted.size || [...present.keys()].some((name) => !wanted.has(name));

function copy(leaf: Leaf): Leaf {
  const bytes = leaf.serializeBinary();
  return leaf instanceof common.ConfigValue
    ? common.ConfigValue.deserializeBinary(bytes)
    : common.ConfigPolicy.deserializeBinary(bytes);
}

/** What a value or policy says, whatever its version. */
function contentOf(leaf: Leaf): string {
  const content = copy(leaf);
  content.setVersion(0);
  return Buffer.from(content.serializeBinary()).toString('base64');
}
