import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A manifest that nobody should take. `make` puts it into a folder; every file name is used once. */
export interface Malformed {
  readonly name: string;
  readonly file: string;
  /** What the problem's reason must say. */
  readonly reason: RegExp;
  readonly line?: number;
  make(folder: string): void;
}

type Content = string | Uint8Array | ((path: string) => void);

const rows: readonly (readonly [name: string, content: Content, reason: RegExp, line?: number])[] = [
  // What is no file, or not one to be read.
  ['fifo', (path) => execFileSync('mkfifo', [path]), /is a FIFO, not a file/],
  ['character device', (path) => symlinkSync('/dev/zero', path), /is a character device/],
  ['directory', (path) => mkdirSync(path), /is a directory/],
  ['link to itself', (path) => symlinkSync(path, path), /leads back to itself/],
  ['link to nothing', (path) => symlinkSync('/nowhere/at/all', path), /link to nothing/],
  ['sparse gigabyte', sparse, /at most 10485760 bytes, but has 1073741824/],
  ['link to a directory', (path) => symlinkSync('/', path), /is a directory/],

  // What is no text, or no YAML.
  ['empty', '', /holds no object/],
  ['blank lines', '\n\n  \n', /holds no object/],
  ['comment only', '# nothing here yet\n', /holds no object/],
  ['separators only', '---\n---\n---\n', /holds no object/],
  ['null', 'null\n', /holds no object/],
  ['nul bytes', 'apiVersion: v1\nkind: Pod\n\0\0\0\n', /NUL byte/, 3],
  ['invalid utf-8', Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a), /is not UTF-8/],
  ['random bytes', Uint8Array.from({ length: 4096 }, (_, place) => 128 + ((place * 7919) % 127)), /is not UTF-8/],
  ['tab as indentation', 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n', /is not YAML/, 4],
  ['unclosed quote', `${pod('unclosed-quote')}    command: ["sh]\n`, /is not YAML/],
  ['unclosed brace', '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}', /is not YAML/],
  ['half written', pod('half-written').slice(0, -15), /is not YAML/],
  ['double key', pod('double-key').replace('kind: Pod', 'kind: Pod\nkind: Pod'), /has the field "kind" twice/, 3],
  ['unknown anchor', 'a: *nowhere\n', /nowhere/],
  ['alias bomb', aliasBomb(), /unfolds to too many values|aliases/],
  ['deep brackets', '['.repeat(20_000), /nested at most|is not YAML/],
  ['deep blocks', Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), /nested at most/],
  ['question marks', '? '.repeat(8192), /is not YAML|nested at most/],
  ['megabytes of nesting', '{a: ['.repeat(1_900_000), /nested at most|is not YAML|cannot be read/],
  ['megabytes of keys', manyKeys(), /kind must be one of|cannot be read|at most/],
  ['ten thousand documents', '---\na: 1\n'.repeat(10_000), /at most 5000 documents|cannot be read/],
  ['a list as a key', '? [a, b]\n: c\n', /must have text as the names of fields/],

  // What is no object that a node runs.
  ['scalar', 'hello\n', /must be an object, but is "hello"/, 1],
  ['list', '- apiVersion: v1\n- kind: Pod\n', /must be an object, but is a list/, 1],
  ['no kind', 'apiVersion: v1\nmetadata:\n  name: x\n', /kind must be one of/, 1],
  [
    'kind of another tool',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n',
    /kind Deployment is not something/,
  ],
  ['kind with a slip', pod('slip').replace('kind: Pod', 'kind: Pood'), /did you mean Pod/],
  ['wrong version', pod('version').replace('v1', 'v2'), /apiVersion must be v1, but is "v2"/, 1],
  ['items that are text', 'apiVersion: v1\nkind: List\nitems: none\n', /items must be a list/, 3],
  ['list in a list', 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List}\n', /list within a list/, 4],
  [
    'configmap of numbers',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\ndata:\n  a: 5\n',
    /data.a must be text/,
    6,
  ],
  [
    'configmap escaping',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\ndata:\n  ../a: x\n',
    /must have a key of/,
    6,
  ],
  ['secret not base64', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: "*"\n', /must be base64/, 6],

  // Pods that say something wrong.
  ['no name', 'apiVersion: v1\nkind: Pod\nmetadata: {}\nspec:\n  containers: []\n', /metadata.name is required/, 3],
  ['no spec', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n', /spec is required/, 1],
  ['no containers', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers: []\n', /at least one/, 6],
  ['bad name', pod('Not_A_Name'), /metadata.name must be/, 4],
  ['misspelt field', pod('misspelt').replace('containers:', 'contaners:'), /did you mean containers/, 6],
  ['image missing', pod('imageless').replace(/ {4}image: .*\n/, ''), /image is required/],
  ['port out of range', `${pod('port')}    ports:\n    - containerPort: 70000\n`, /from 1 to 65535, but is 70000/, 10],
  ['number in env', `${pod('env')}    env:\n    - name: A\n      value: 1\n`, /put it in quotes/, 11],
  ['bad quantity', `${pod('quantity')}    resources:\n      limits:\n        memory: 64MB\n`, /must be a quantity/, 11],
  ['git volume', `${pod('git')}  volumes:\n  - name: g\n    gitRepo:\n      repository: x\n`, /gitRepo is refused/, 11],
  ['unknown volume', `${pod('mount')}    volumeMounts:\n    - {name: v, mountPath: /v}\n`, /"v" is none/, 10],
  [
    'two sources',
    `${pod('two')}  volumes:\n  - {name: v, emptyDir: {}, hostPath: {path: /}}\n`,
    /must have one source/,
    10,
  ],
  ['policy with a slip', `${pod('policy')}  restartPolicy: always\n`, /did you mean Always/, 9],
];

/** Some fifty of them: what files, texts, objects and pods can have wrong. */
export const malformed: readonly Malformed[] = rows.map(([name, content, reason, line], place) => {
  const file = `bad-${String(place).padStart(2, '0')}-${name.replaceAll(' ', '-')}.yaml`;
  const make = (folder: string): void => {
    const path = join(folder, file);
    if (typeof content === 'function') content(path);
    else writeFileSync(path, content);
  };
  return { name, file, reason, make, ...(line === undefined ? {} : { line }) };
});

/** A pod of eight lines that nothing is wrong with. */
function pod(name: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - name: c\n    image: busybox:1\n`;
}

function aliasBomb(): string {
  const names = [...'abcdefghij'];
  const lines = names.map((name, place) => {
    const item = place === 0 ? 'x' : `*${names[place - 1]}`;
    return `${name}: &${name} [${Array(9).fill(item).join(', ')}]`;
  });
  return `${lines.join('\n')}\n`;
}

function manyKeys(): string {
  let text = '';
  for (let key = 0; text.length < 9_000_000; key += 1) text += `key-${key}: some value of it\n`;
  return text;
}

function sparse(path: string): void {
  const file = openSync(path, 'w');
  writeSync(file, 'apiVersion: v1\n');
  ftruncateSync(file, 1024 * 1024 * 1024);
  closeSync(file);
}
