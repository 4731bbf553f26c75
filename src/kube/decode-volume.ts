import { decodeQuantity } from './decode-resources.ts';
import { compact, describe, type Input } from './input.ts';
import { absolutePath, dataKey, dnsLabel, dnsSubdomain, mountPath, relativePath, volumeFilePath } from './names.ts';
import type { KeyToPath, ObjectVolumeSource, Volume, VolumeMount } from './volume.ts';

const hostPathTypes = [
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
] as const;

const defaultFileMode = 0o644;
const largestFileMode = 0o777;

/** Reads a volume. One without a source is an empty folder, as the API server has it. */
export function decodeVolume(input: Input): Volume {
  const sources = input.names.filter((name) => name !== 'name');
  if (sources.length > 1) input.report(`must have one source, but has ${sources.join(' and ')}`);
  const emptyDir = input.field('emptyDir').object((source) =>
    compact({
      medium: decodeMedium(source.field('medium')),
      sizeLimit: decodeQuantity(source.field('sizeLimit')),
    }),
  );
  return compact({
    name: input.field('name').requiredText(dnsLabel),
    emptyDir: sources.length === 0 ? { medium: '' as const } : emptyDir,
    hostPath: input.field('hostPath').object((source) => ({
      path: source.field('path').requiredText(absolutePath),
      type: source.field('type').oneOf(hostPathTypes) ?? '',
    })),
    configMap: input.field('configMap').object((source) => decodeObjectSource(source, 'name')),
    secret: input.field('secret').object((source) => decodeObjectSource(source, 'secretName')),
  });
}

export function decodeVolumeMount(input: Input): VolumeMount {
  const recursive = input.field('recursiveReadOnly').oneOf(['Disabled', 'IfPossible', 'Enabled'] as const);
  if (recursive === 'Enabled') input.field('recursiveReadOnly').report('cannot be Enabled yet: use IfPossible');
  return compact({
    name: input.field('name').requiredText(dnsLabel),
    mountPath: input.field('mountPath').requiredText(mountPath),
    readOnly: input.field('readOnly').flag() ?? false,
    subPath: input.field('subPath').raw === '' ? undefined : input.field('subPath').text(relativePath),
    mountPropagation: input.field('mountPropagation').oneOf(['None', 'HostToContainer', 'Bidirectional'] as const),
  });
}

function decodeMedium(input: Input): '' | 'Memory' {
  const medium = input.text() ?? '';
  if (medium === '' || medium === 'Memory') return medium;
  input.report(`must be empty or Memory, but is ${describe(medium)}`);
  return '';
}

function decodeObjectSource(input: Input, nameField: 'name' | 'secretName'): ObjectVolumeSource {
  return compact({
    name: input.field(nameField).requiredText(dnsSubdomain),
    items: input.field('items').objects(decodeKeyToPath),
    defaultMode: decodeMode(input.field('defaultMode')) ?? defaultFileMode,
    optional: input.field('optional').flag() ?? false,
  });
}

function decodeKeyToPath(input: Input): KeyToPath {
  return compact({
    key: input.field('key').requiredText(dataKey),
    path: input.field('path').requiredText(volumeFilePath),
    mode: decodeMode(input.field('mode')),
  });
}

function decodeMode(input: Input): number | undefined {
  const { raw } = input;
  if (typeof raw === 'number' && Number.isInteger(raw) && raw > largestFileMode) {
    // Mostly 644 that was meant as 0644: JSON has no octal numbers.
    const meant = /^[0-7]{3}$/.test(String(raw))
      ? `; did you mean 0${raw}, which is ${Number.parseInt(String(raw), 8)}?`
      : '';
    input.report(`must be a mode from 0 to 0777 (511), but is ${raw}${meant}`);
    return undefined;
  }
  return input.whole(0, largestFileMode);
}
