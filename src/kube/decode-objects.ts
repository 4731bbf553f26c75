import { fromBase64, utf8 } from './bytes.ts';
import { decodeMeta } from './decode-meta.ts';
import type { Decoded } from './finding.ts';
import { Input } from './input.ts';
import { dataKey } from './names.ts';
import type { ConfigMap, Secret } from './objects.ts';
import { checkFields } from './pod-fields.ts';

// What etcd takes as one object; the data of one may not be larger.
const mostData = 1024 * 1024;

export function decodeConfigMap(value: unknown): Decoded<'configMap', ConfigMap> {
  const { findings, warnings } = checkFields('ConfigMap', value);
  const input = new Input(value, findings);
  if (!input.required.isObject) return { ok: false, findings };
  const data = input.field('data').map((held, key) => keyed(held, key).required.text()) ?? {};
  const binaryData = input.field('binaryData').map((held, key) => bytesOf(keyed(held, key))) ?? {};
  for (const key of Object.keys(binaryData)) {
    if (Object.hasOwn(data, key)) input.field('binaryData').field(key).report('must not stand in data too');
  }
  checkSize(input, [...Object.values(data).map(utf8), ...Object.values(binaryData)]);
  const configMap: ConfigMap = { kind: 'ConfigMap', metadata: decodeMeta(input.field('metadata')), data, binaryData };
  return findings.length > 0 ? { ok: false, findings } : { ok: true, configMap, warnings };
}

/** `data` is base64 and gives way to `stringData`, which is plain text. */
export function decodeSecret(value: unknown): Decoded<'secret', Secret> {
  const { findings, warnings } = checkFields('Secret', value);
  const input = new Input(value, findings);
  if (!input.required.isObject) return { ok: false, findings };
  const encoded = input.field('data').map((held, key) => bytesOf(keyed(held, key))) ?? {};
  const plain = input.field('stringData').map((held, key) => {
    const { raw } = keyed(held, key);
    if (typeof raw === 'string') return utf8(raw);
    held.report('must be text; put it in quotes');
    return undefined;
  });
  const data = { ...encoded, ...plain };
  checkSize(input, Object.values(data));
  const type = input.field('type').text() ?? 'Opaque';
  const secret: Secret = { kind: 'Secret', metadata: decodeMeta(input.field('metadata')), type, data };
  return findings.length > 0 ? { ok: false, findings } : { ok: true, secret, warnings };
}

function keyed(input: Input, key: string): Input {
  if (key.length > dataKey.longest || !dataKey.pattern.test(key)) input.report(`must have a key of ${dataKey.meaning}`);
  return input;
}

/** The value itself is never shown: it may be a secret. */
function bytesOf(input: Input): Uint8Array | undefined {
  if (input.raw === undefined) return new Uint8Array();
  if (typeof input.raw !== 'string') {
    input.report('must be base64 text');
    return undefined;
  }
  const bytes = fromBase64(input.raw);
  if (bytes === undefined) input.report('must be base64 text; plain text belongs in stringData');
  return bytes;
}

function checkSize(input: Input, values: readonly Uint8Array[]): void {
  const size = values.reduce((sum, value) => sum + value.length, 0);
  if (size > mostData) input.report(`must hold at most ${mostData} bytes of data, but holds ${size}`);
}
