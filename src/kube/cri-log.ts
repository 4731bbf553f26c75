/** One record of a container's log file, in the format that all CRI runtimes write. */
export interface LogRecord {
  /** RFC 3339 with nanoseconds, as the runtime wrote it. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** The line goes on in the next record of the same stream: no newline follows the content. */
  readonly partial: boolean;
  readonly content: string;
}

const format = /^(\S+) (stdout|stderr) (\S+) ?/;

/**
 * Reads `<time> <stream> <tags> <content>`, without its newline. The first tag is P for a part of a line, or F.
 *
 * Nothing for a line that is not in the format, such as one that a crash of the runtime cut.
 */
export function parseLogRecord(line: string): LogRecord | undefined {
  const match = format.exec(line);
  if (match === null) return undefined;
  const [head, time = '', stream = '', tags = ''] = match;
  const partial = tags.split(':')[0] === 'P';
  return { time, stream: stream === 'stderr' ? 'stderr' : 'stdout', partial, content: line.slice(head.length) };
}

/** What the container wrote: the content, with the newline that the format takes away from whole lines. */
export function logText(record: LogRecord): string {
  return record.partial ? record.content : `${record.content}\n`;
}
