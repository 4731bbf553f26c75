import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { Scope } from '../../lib/scope.ts';
import { after, type Milliseconds, milliseconds, seconds } from '../../lib/time.ts';
import type { PodSource, SourceProblem, SourceSnapshot } from '../../ports/pod-source.ts';
import { Bell } from './bell.ts';
import { LastGood } from './last-good.ts';
import { cannotRead, isManifestName, lookAt, manifestNames, readManifest } from './manifest-file.ts';
import { ManifestSet } from './manifest-set.ts';
import { isLarge, parseAside } from './parse-aside.ts';
import { type ManifestText, type ParsedManifest, parseManifest, unreadable } from './parse-manifest.ts';
import { type Heard, Watches, type WatchFolder } from './watches.ts';

export interface FolderSourceOptions {
  /** Folders and single files, in the order in which they win. */
  readonly paths: readonly string[];
  readonly nodeName: string;
  /** Static pods beside an API server: names get "-<nodeName>", and the uid depends on the file too. */
  readonly appendNodeName: boolean;
  /** Whether pods may use ConfigMaps, Secrets and service accounts. */
  readonly allowReferences: boolean;
  /** Where copies of the good manifests are kept over a restart; absent: a restart forgets them. */
  readonly lastGood?: string;
  /** How often all is read again although nobody told of a change. */
  readonly rescan?: Milliseconds;
  readonly clock?: Clock;
  readonly watch?: WatchFolder;
}

/** Pods, ConfigMaps and Secrets from folders and files of manifests; a change is told within a second. */
export function folderSource(options: FolderSourceOptions): PodSource {
  return { snapshots: (signal) => new FolderSource(options).snapshots(signal) };
}

// A file being written tells of each write; it is read when it has been quiet so long, and after `patience` anyway.
const quiet = milliseconds(50);
// One that was moved here tells once, and of no write: it is whole. So long, a write under way would have told.
const moved = milliseconds(8);
const patience = milliseconds(400);
const defaultRescan = seconds(20);
// Where nothing can be watched: often enough for "within a second".
const poll = milliseconds(900);

type Root = { readonly kind: 'folder' | 'file' | 'unknown'; readonly files: readonly string[] };

interface ReadFile {
  readonly file: string;
  readonly text?: string;
  readonly parsed: ParsedManifest;
}

class FolderSource {
  readonly #options: FolderSourceOptions;
  readonly #clock: Clock;
  readonly #bell = new Bell();
  readonly #set = new ManifestSet();
  readonly #stamps = new Map<string, string>();
  readonly #roots = new Map<string, Root>();
  readonly #lastGood: LastGood;
  /** Good manifests that were read and not copied yet. */
  readonly #toCopy = new Map<string, string>();
  readonly #rootProblems = new Map<string, SourceProblem>();
  /** Files that an event named, and whether it was a write: they are read even if they look the same. */
  readonly #touched = new Map<string, 'written' | 'moved'>();
  /** Large files that are being read in a thread of their own, one at a time, while the others go on. */
  #aside: Promise<void> = Promise.resolve();
  #asideChanged = false;

  constructor(options: FolderSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
    this.#lastGood = new LastGood(options.lastGood);
  }

  async *snapshots(signal: AbortSignal): AsyncGenerator<SourceSnapshot> {
    using watches = new Watches((event) => this.#heard(event), this.#options.watch);
    await using tasks = new Scope(signal);
    let first = true;
    while (true) {
      // Watched first, read then: what changes in between is told.
      const covered = await watches.cover(this.#folders());
      let changed = await this.#scan(tasks);
      // The first set must be whole: what it lacks would be taken for removed.
      if (first) await this.#aside;
      signal.throwIfAborted();
      changed ||= this.#asideChanged;
      this.#asideChanged = false;
      if (first) await this.#keepCopies();
      if (changed || first) {
        yield this.#set.snapshot(this.#files(), [...this.#rootProblems.values()]);
        await this.#keepCopies();
      }
      first = false;
      await this.#wait(covered ? (this.#options.rescan ?? defaultRescan) : poll, tasks.signal);
    }
  }

  // In the folder of a single file, or above a folder that was missing, most of what happens is nobody's business here.
  #heard({ folder, name, kind }: Heard): void {
    if (name !== null) {
      const file = join(folder, name);
      const paths = this.#paths();
      if (!paths.includes(file) && !(paths.includes(folder) && isManifestName(name))) return;
      if (this.#touched.get(file) !== 'written') this.#touched.set(file, kind);
    }
    this.#bell.ring();
  }

  /** Until something happened and all is quiet again, or the wait is over. */
  async #wait(longest: Milliseconds, signal: AbortSignal): Promise<void> {
    if (!(await this.#bell.wait(this.#clock, after(this.#clock.now(), longest), signal))) return;
    const end = after(this.#clock.now(), patience);
    while (this.#clock.now() < end) {
      const calm = (await this.#allMoved()) ? moved : quiet;
      if (!(await this.#bell.wait(this.#clock, after(this.#clock.now(), calm), signal))) return;
    }
  }

  // A file that is gone may be about to come back: some editors move it away before they write it anew.
  async #allMoved(): Promise<boolean> {
    if (this.#touched.size === 0 || [...this.#touched.values()].includes('written')) return false;
    const looks = await Promise.all([...this.#touched.keys()].map((file) => lookAt(file)));
    return looks.every(({ kind }) => kind === 'file');
  }

  #paths(): readonly string[] {
    return this.#options.paths.map((path) => resolve(path));
  }

  /** The folders to watch: of a single file the one that it stands in. */
  *#folders(): Iterable<string> {
    for (const path of this.#paths()) {
      const root = this.#roots.get(path);
      if (root?.kind !== 'file') yield path;
      if (root?.kind !== 'folder') yield dirname(path);
    }
  }

  async #scan(tasks: Scope): Promise<boolean> {
    let changed = false;
    const touched = new Set(this.#touched.keys());
    this.#touched.clear();
    for (const path of this.#paths()) {
      changed = (await this.#lookAtRoot(path, tasks.signal)) || changed;
      // A folder that is missing or cannot be read keeps its files as they were read last.
      if (this.#rootProblems.has(path)) continue;
      for (const file of this.#roots.get(path)?.files ?? []) {
        tasks.signal.throwIfAborted();
        changed = (await this.#readFile(file, touched.has(file), tasks)) || changed;
      }
    }
    return changed;
  }

  /** Finds out what a path is now and which files it holds; what cannot be read stays as it was. */
  async #lookAtRoot(path: string, signal: AbortSignal): Promise<boolean> {
    const before = this.#roots.get(path);
    const look = await lookAt(path);
    if (look.kind === 'folder') {
      try {
        const files = (await manifestNames(path)).map((name) => join(path, name));
        return this.#becomes(path, { kind: 'folder', files }, undefined);
      } catch (error) {
        return this.#becomes(path, before ?? { kind: 'folder', files: [] }, cannotRead(error));
      }
    }
    if (look.kind !== 'gone') return this.#becomes(path, { kind: 'file', files: [path] }, undefined);
    // A file that was removed stops its pods; a folder that is missing may be on its way back.
    if (before?.kind === 'folder') return this.#becomes(path, before, 'does not exist');
    const files = before === undefined ? await this.#lastGood.filesIn(path) : [];
    for (const file of files) await this.#restore(file, signal);
    const kind = files.length > 0 ? 'folder' : (before?.kind ?? 'unknown');
    return this.#becomes(path, { kind, files }, 'does not exist');
  }

  #becomes(path: string, root: Root, reason: string | undefined): boolean {
    const files = new Set(root.files);
    let changed = this.#rootProblems.get(path)?.reason !== reason;
    if (reason === undefined) this.#rootProblems.delete(path);
    else this.#rootProblems.set(path, { file: path, reason, warning: false });
    for (const file of this.#roots.get(path)?.files ?? []) {
      if (!files.has(file)) changed = this.#forget(file) || changed;
    }
    this.#roots.set(path, root);
    return changed;
  }

  async #readFile(file: string, touched: boolean, tasks: Scope): Promise<boolean> {
    const look = await lookAt(file);
    if (look.kind === 'gone') return this.#forget(file);
    if (look.stamp === this.#stamps.get(file) && !touched) return false;
    this.#stamps.set(file, look.stamp);
    const refuse = (reason: string) => this.#take({ file, parsed: unreadable(file, reason) }, tasks.signal);
    if (look.kind === 'refused') return await refuse(look.reason);
    const read = await readManifest(file);
    if (read.kind === 'gone') return this.#forget(file);
    if (read.kind === 'refused') return await refuse(read.reason);
    const manifest = this.#manifest(file, read.text);
    if (isLarge(manifest)) {
      this.#readAside(manifest, look.stamp, tasks);
      return false;
    }
    return await this.#take({ file, text: read.text, parsed: parseManifest(manifest) }, tasks.signal);
  }

  #manifest(file: string, text: string): ManifestText {
    const { nodeName, appendNodeName, allowReferences } = this.#options;
    const seen = new Date(this.#clock.wall()).toISOString();
    const origin = appendNodeName ? file : '';
    return { file, text, context: { nodeName, appendNodeName, allowReferences, source: 'file', origin, seen } };
  }

  /** Takes in what was read; a file that is bad from the start begins with the last good version of an earlier run. */
  async #take({ file, text, parsed }: ReadFile, signal: AbortSignal): Promise<boolean> {
    const good = !parsed.unclear && parsed.refused.length === 0;
    if (good && text !== undefined) this.#toCopy.set(file, text);
    if (!good && !this.#set.holds(file)) await this.#restore(file, signal);
    return this.#set.take(file, parsed);
  }

  // A change is told first: the start of its pods does not wait for copies that only another life needs.
  async #keepCopies(): Promise<void> {
    for (const [file, text] of this.#toCopy) {
      this.#toCopy.delete(file);
      await this.#lastGood.save(file, text);
    }
    await this.#lastGood.keepOnly(this.#files());
  }

  async #restore(file: string, signal: AbortSignal): Promise<void> {
    const text = await this.#lastGood.load(file);
    if (text === undefined) return;
    const manifest = this.#manifest(file, text);
    this.#set.take(file, isLarge(manifest) ? await parseAside(manifest, this.#clock, signal) : parseManifest(manifest));
  }

  #readAside(manifest: ManifestText, stamp: string, tasks: Scope): void {
    const before = this.#aside;
    const { promise, resolve: done } = Promise.withResolvers<void>();
    this.#aside = promise;
    tasks.spawn(async (signal) => {
      try {
        await before;
        // Another version, or none, may stand there by now.
        if (this.#stamps.get(manifest.file) !== stamp) return;
        const parsed = await parseAside(manifest, this.#clock, signal);
        if (this.#stamps.get(manifest.file) !== stamp) return;
        if (await this.#take({ ...manifest, parsed }, signal)) this.#asideChanged = true;
        this.#bell.ring();
      } finally {
        done();
      }
    });
  }

  #forget(file: string): boolean {
    this.#stamps.delete(file);
    return this.#set.drop(file);
  }

  #files(): ReadonlySet<string> {
    return new Set(this.#paths().flatMap((path) => this.#roots.get(path)?.files ?? []));
  }
}
