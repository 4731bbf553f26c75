import { isIP } from 'node:net';

/** Whether a text, trimmed and in lower case, can name a node: a DNS subdomain. */
export function isNodeName(text: string): boolean {
  const name = text.trim().toLowerCase();
  const label = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
  return name.length <= 253 && new RegExp(`^${label}(\\.${label})*$`).test(name);
}

/** Whether a text is one IP address, or one of each family with a comma between. */
export function isNodeIps(text: string): boolean {
  const families = text.split(',').map((part) => isIP(part.trim()));
  return !families.includes(0) && families.length <= 2 && new Set(families).size === families.length;
}
