import { compact, type Input } from './input.ts';
import { relativePath, sysctlName, sysctlValue } from './names.ts';
import type { PodSecurityContext, SeccompProfile, SecurityContext } from './pod.ts';

// User and group ids: what the API server takes.
const largestId = 2 ** 31 - 1;

export function decodePodSecurity(input: Input): PodSecurityContext {
  return compact({
    ...decodeIdentity(input),
    supplementalGroups: input
      .field('supplementalGroups')
      .list((item) => item.required.whole(0, largestId))
      ?.filter((item) => item !== undefined),
    fsGroup: input.field('fsGroup').whole(0, largestId),
    seccompProfile: input.field('seccompProfile').object(decodeSeccomp),
    sysctls: input.field('sysctls').objects((item) => ({
      name: item.field('name').requiredText(sysctlName),
      value: item.field('value').required.text(sysctlValue) ?? '',
    })),
  });
}

export function decodeSecurity(input: Input): SecurityContext {
  const privileged = input.field('privileged').flag();
  const allowPrivilegeEscalation = input.field('allowPrivilegeEscalation').flag();
  if (privileged === true && allowPrivilegeEscalation === false) {
    input.field('allowPrivilegeEscalation').report('must not be false for a privileged container');
  }
  return compact({
    ...decodeIdentity(input),
    privileged,
    readOnlyRootFilesystem: input.field('readOnlyRootFilesystem').flag(),
    allowPrivilegeEscalation,
    capabilities: input
      .field('capabilities')
      .object((capabilities) =>
        compact({ add: capabilities.field('add').texts(), drop: capabilities.field('drop').texts() }),
      ),
    seccompProfile: input.field('seccompProfile').object(decodeSeccomp),
    procMount: input.field('procMount').oneOf(['Default', 'Unmasked'] as const),
  });
}

function decodeIdentity(input: Input): {
  readonly runAsUser: number | undefined;
  readonly runAsGroup: number | undefined;
  readonly runAsNonRoot: boolean | undefined;
} {
  return {
    runAsUser: input.field('runAsUser').whole(0, largestId),
    runAsGroup: input.field('runAsGroup').whole(0, largestId),
    runAsNonRoot: input.field('runAsNonRoot').flag(),
  };
}

function decodeSeccomp(input: Input): SeccompProfile {
  const type = input.field('type').required.oneOf(['RuntimeDefault', 'Unconfined', 'Localhost'] as const);
  const profile = input.field('localhostProfile');
  // An empty profile once meant "unconfined": only a name that is there will do.
  const localhostProfile = type === 'Localhost' ? profile.requiredText(relativePath) : profile.text();
  if (type !== 'Localhost' && localhostProfile !== undefined) profile.report('must be absent unless type is Localhost');
  return compact({ type: type ?? 'RuntimeDefault', localhostProfile });
}
