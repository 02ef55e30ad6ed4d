/** Ticks of an axis, and their texts. */
import { t } from '../../language.ts';
import type { GraphsResponse } from '../../../debug-adapter/protocol.ts';

export interface Range {
  min: number;
  max: number;
}

/** Round numbers within a range: steps of 1, 2 or 5 times a power of ten. */
export function ticksOf({ min, max }: Range, most: number, least = 0): number[] {
  const rough = (max - min) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    least,
    [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough)!,
  );
  const ticks: number[] = [];
  for (let index = Math.ceil(min / step); index * step <= max; index++) ticks.push(index * step);
  return ticks;
}

/** Seconds, with as many digits as the distance between two ticks needs. */
export function secondsText(seconds: number, step: number): string {
  const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  return seconds.toFixed(digits);
}

const SIZES: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];
/** `64k`, `1.2M` */
export function shortNumber(value: number): string {
  const size = SIZES.find(([one]) => Math.abs(value) >= one);
  return size === undefined
    ? String(Number(value.toPrecision(4)))
    : `${Number((value / size[0]).toPrecision(4))}${size[1]}`;
}

const UNITS: Readonly<Record<GraphsResponse['unit'], string>> = {
  bytes: t('bytes'),
  segments: t('segments'),
  ms: 'ms',
  'bytes/s': t('bytes per second'),
  entries: t('descriptors, packets'),
};
export function unitText(unit: GraphsResponse['unit']): string {
  return UNITS[unit];
}
/** A value as it stands in sentences and tables. */
export function valueText(value: number | null): string {
  return value === null ? '–' : Number(value.toFixed(3)).toLocaleString('en');
}
