/** What the comparison of .proto files needs: each name with its number, type or signature, all on one line. */
export type ProtoFacts = ReadonlyMap<string, string>;

/**
 * Reads the facts of a .proto file, without comments and options.
 *
 * Keys are "message Mount.readonly", "enum Signal.SIGNAL_SIGHUP", "rpc ImageService.PullImage"; values are
 * "bool = 3", "8", "(PullImageRequest) returns (PullImageResponse)". Understands what the CRI and containerd use of
 * the language (no groups, no extensions); the fields of a oneof are the message's.
 */
export function protoFacts(text: string): ProtoFacts {
  const facts = new Map<string, string>();
  const scopes: { readonly kind: string; readonly name: string }[] = [];
  for (const statement of statements(text)) {
    const opened = /^(message|enum|service|oneof) (\w+) ?\{$/.exec(statement);
    if (opened) {
      scopes.push({ kind: opened[1] ?? '', name: opened[2] ?? '' });
    } else if (statement === '}') {
      scopes.pop();
    } else {
      const holder = scopes.findLast((scope) => scope.kind !== 'oneof');
      if (holder) addFact(facts, holder, statement);
    }
  }
  return facts;
}

function* statements(text: string): Generator<string> {
  const plain = text
    .replaceAll(/\/\*.*?\*\//gs, ' ')
    .replaceAll(/\/\/.*$/gm, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/(rpc[^{};]*\))\s*\{\s*\}/g, '$1;');
  for (const match of plain.matchAll(/[^;{}]*[;{]|\}/g)) {
    const statement = match[0].replaceAll(/\s+/g, ' ').trim();
    if (statement !== ';') yield statement;
  }
}

function addFact(
  facts: Map<string, string>,
  scope: { readonly kind: string; readonly name: string },
  text: string,
): void {
  const field = /^((?:repeated |optional )?(?:map ?<.*>|[\w.]+)) (\w+) ?= ?(\d+) ?;$/.exec(text);
  const value = /^(\w+) ?= ?(-?\d+) ?;$/.exec(text);
  const call = /^rpc (\w+) ?\((.*?)\) ?returns ?\((.*?)\) ?;$/.exec(text);
  if (scope.kind === 'message' && field) {
    facts.set(
      `message ${scope.name}.${field[2]}`,
      `${field[1]?.replaceAll(/(?<=[<,]) | (?=[<,])/g, '')} = ${field[3]}`,
    );
  } else if (scope.kind === 'enum' && value) {
    facts.set(`enum ${scope.name}.${value[1]}`, value[2] ?? '');
  } else if (scope.kind === 'service' && call) {
    facts.set(`rpc ${scope.name}.${call[1]}`, `(${call[2]}) returns (${call[3]})`);
  }
}
