/** A kind of name: what it looks like, and what it is called in an error. */
export interface Grammar {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly meaning: string;
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Names of namespaces, containers, volumes. */
export const dnsLabel: Grammar = {
  pattern: new RegExp(`^${label}$`),
  longest: 63,
  meaning: 'lower-case letters, digits and "-", beginning and ending with a letter or digit, at most 63',
};

/** Names of most objects. */
export const dnsSubdomain: Grammar = {
  pattern: new RegExp(`^${label}(\\.${label})*$`),
  longest: 253,
  meaning:
    'lower-case letters, digits, "-" and ".", each part beginning and ending with a letter or digit, at most 253',
};

/** Names of ports; one letter at least. */
export const portName: Grammar = {
  pattern: /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
  longest: 15,
  meaning: 'lower-case letters, digits and single "-", with at least one letter, at most 15',
};

/** Environment variables: any printable ASCII but "=". */
export const envName: Grammar = {
  pattern: /^[ -<>-~]+$/,
  longest: 32_768,
  meaning: 'printable ASCII letters without "="',
};

/** Keys of ConfigMaps and Secrets; they become file names. */
export const dataKey: Grammar = {
  pattern: /^(?!\.$)(?!\.\.)[-._a-zA-Z0-9]+$/,
  longest: 253,
  meaning: 'letters, digits, "-", "_" and ".", not "." and not beginning with "..", at most 253',
};

/** Keys of labels and annotations: an optional prefix and a name. */
export const qualifiedName: Grammar = {
  pattern: /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
  longest: 317,
  meaning: 'a name of letters, digits, "-", "_" and ".", at most 63, with an optional "domain/" before it',
};

export const labelValue: Grammar = {
  pattern: /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
  longest: 63,
  meaning: 'empty, or letters, digits, "-", "_" and "." with a letter or digit at both ends, at most 63',
};

/** A path that stays in its folder. */
export const relativePath: Grammar = {
  pattern: /^(?!\/)(?!\.\.(\/|$))(?!.*\/\.\.(\/|$))[^\0]+$/s,
  longest: 4096,
  meaning: 'a relative path without ".."',
};

/** A path of a file in a configMap or secret volume: names that begin with ".." belong to the volume itself. */
export const volumeFilePath: Grammar = {
  pattern: /^(?!\/)(?!\.\.)(?!.*\/\.\.(\/|$))[^\0]+$/s,
  longest: 4096,
  meaning: 'a relative path without "..", not beginning with ".."',
};

export const absolutePath: Grammar = {
  pattern: /^\/(?!.*(^|\/)\.\.(\/|$))[^\0]*$/s,
  longest: 4096,
  meaning: 'an absolute path without ".."',
};

/** A place in a container; ":" would end it in the runtime's own notation. */
export const mountPath: Grammar = {
  pattern: /^[^:\0]+$/s,
  longest: 4096,
  meaning: 'a path without ":"',
};

export const sysctlName: Grammar = {
  pattern: /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/,
  longest: 253,
  meaning: 'a kernel parameter such as net.ipv4.tcp_syncookies',
};

/** Values of kernel parameters: nothing that a runtime could take for another parameter. */
export const sysctlValue: Grammar = {
  pattern: /^[-A-Za-z0-9_.,:/ \t]*$/,
  longest: 4096,
  meaning: 'letters, digits, blanks and any of - _ . , : /',
};

/** Image references: what is wrong within one is for the runtime to say. */
export const imageName: Grammar = {
  pattern: /^[^\s\0]+$/,
  longest: 4096,
  meaning: 'an image reference without blanks',
};

export const objectUid: Grammar = {
  pattern: /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  longest: 128,
  meaning: 'letters, digits, "-", "_" and "." with a letter or digit at both ends, at most 128',
};

/** An IPv4 or IPv6 address. */
export const ipAddress: Grammar = {
  pattern: ipPattern(),
  longest: 45,
  meaning: 'an IPv4 or IPv6 address',
};

export const hostName: Grammar = { ...dnsSubdomain, meaning: `a host name: ${dnsSubdomain.meaning}` };

function ipPattern(): RegExp {
  const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
  const four = `${octet}(\\.${octet}){3}`;
  const group = '[0-9A-Fa-f]{1,4}';
  const tail = `(${group}|${four})`;
  const forms = [`(${group}:){7}${group}`, `(${group}:){6}${four}`, `::`, `::(${group}:){0,6}${tail}`];
  for (let head = 1; head <= 6; head += 1) {
    forms.push(`(${group}:){${head}}:`, `(${group}:){${head}}(:${group}){0,${6 - head}}:${tail}`);
  }
  forms.push(`(${group}:){7}:`);
  return new RegExp(`^(${four}|${forms.join('|')})$`);
}
