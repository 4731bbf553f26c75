import { parentPort, workerData } from 'node:worker_threads';
import { type ManifestText, type ParsedManifest, parseManifest } from './parse-manifest.ts';

/** What the thread is given, and the one message that it answers with. */
export type ManifestQuestion = ManifestText;
export type ManifestAnswer = ParsedManifest;

// A thread for one large manifest: whatever it takes to read, the agent's own thread goes on.
parentPort?.postMessage(parseManifest(workerData as ManifestQuestion) satisfies ManifestAnswer);
