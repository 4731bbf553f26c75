import type { Run } from './terminal.ts';

/** One screen and how long it is shown (s). */
export interface Frame {
  readonly lines: readonly (readonly Run[])[];
  readonly seconds: number;
}

const fontSize = 13;
const lineHeight = 18;
const charWidth = 7.8;
const margin = 16;
const colors: Readonly<Record<string, string>> = {
  '1': '#ffffff',
  '2': '#8b949e',
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
};

/** The frames as one SVG that plays them in a circle, readable without scripts. */
export function animation(frames: readonly Frame[], columns: number): string {
  const rows = Math.max(...frames.map((frame) => frame.lines.length));
  const width = Math.ceil(columns * charWidth) + 2 * margin;
  const height = rows * lineHeight + 2 * margin;
  const total = frames.reduce((sum, frame) => sum + frame.seconds, 0);
  let begun = 0;
  const parts = frames.map((frame, index) => {
    const from = (begun / total) * 100;
    begun += frame.seconds;
    const to = (begun / total) * 100;
    // Where nothing moves, the last screen is the picture.
    const still = index === frames.length - 1 ? 'visible' : 'hidden';
    return { style: keyframes(`f${index}`, { from, to, total, still }), body: drawn(frame, index) };
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="nodelet up: pods from the first look to ready">`,
    `<style>text{font:${fontSize}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}${parts.map(({ style }) => style).join('')}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...parts.map(({ body }) => body),
    '</svg>',
    '',
  ].join('\n');
}

interface Showing {
  /** Percent of the whole. */
  readonly from: number;
  readonly to: number;
  /** Seconds. */
  readonly total: number;
  readonly still: 'visible' | 'hidden';
}

function keyframes(id: string, { from, to, total, still }: Showing): string {
  const shown = `${from.toFixed(2)}%{visibility:visible}${to.toFixed(2)}%{visibility:hidden}`;
  const before = from > 0 ? '0%{visibility:hidden}' : '';
  return `#${id}{visibility:${still};animation:k${id} ${total.toFixed(1)}s step-end infinite}@keyframes k${id}{${before}${shown}}`;
}

function drawn(frame: Frame, index: number): string {
  const lines = frame.lines.map((runs, row) => {
    const y = margin + fontSize + row * lineHeight;
    const spans = runs.map(({ text, style }) => {
      const fill = colors[style] === undefined ? '' : ` fill="${colors[style]}"`;
      return `<tspan${fill}>${escaped(text)}</tspan>`;
    });
    return `<text xml:space="preserve" x="${margin}" y="${y}">${spans.join('')}</text>`;
  });
  return `<g id="f${index}">${lines.join('')}</g>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
