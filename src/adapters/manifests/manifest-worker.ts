import { parentPort, workerData } from 'node:worker_threads';
import { type ManifestText, parseManifest } from './parse-manifest.ts';

// A thread for one large manifest: whatever it takes to read, the agent's own thread goes on.
parentPort?.postMessage(parseManifest(workerData as ManifestText));
