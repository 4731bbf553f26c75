import manifest from '../../package.json' with { type: 'json' };
import { type Command, print } from './command.ts';

/** The version of nodelet, from the package it stands in. */
export const nodeletVersion: string = manifest.version;

export const version: Command = {
  usage: 'version',
  summary: 'print the version of nodelet and of what runs it',
  details: [],
  run: async () => {
    await print(`nodelet ${nodeletVersion} (Node ${process.versions.node}, ${process.platform}/${process.arch})\n`);
    return 0;
  },
};
