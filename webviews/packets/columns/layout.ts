/**
 * Which columns the list shows, in which order and how wide. The user's choice comes first; columns that the user
 * has left alone give way where there is little room.
 */
import type { RowTraits } from '../rowTraits.ts';
import { builtInColumn, fieldColumn, isBuiltIn, type BuiltIn, type Column } from './columns.ts';

/** A chosen column. */
export interface ChosenColumn {
  /** A built-in column, or a field's filter name. */
  id: string;
  /** For a field. */
  title?: string;
  /** In pixels, if the user has set it. */
  width?: number;
  /** The user has asked for it: it is shown even if it says the same in all rows. */
  isAsked?: boolean;
}

export const DEFAULT_COLUMNS: readonly ChosenColumn[] = [
  { id: 'number' },
  { id: 'time' },
  { id: 'direction' },
  { id: 'source' },
  { id: 'destination' },
  { id: 'protocol' },
  { id: 'length' },
  { id: 'info' },
];

/** A column that is shown, with its place in the grid. */
export interface PlacedColumn {
  column: Column;
  /** Index among the chosen columns; for `ends`, that of the source. */
  chosen: number;
}
export interface Layout {
  columns: PlacedColumn[];
  /** `grid-template-columns` */
  template: string;
  /** CSS length below which the list scrolls sideways. */
  minWidth: string;
  /** Little room: less padding. */
  isTight: boolean;
}

/** Widths in characters: the smallest and the largest; the info takes what is left. */
interface Width {
  min: number;
  max?: number;
}
const WIDE: Readonly<Record<BuiltIn, Width>> = {
  number: { min: 8 },
  time: { min: 13 },
  direction: { min: 5 },
  source: { min: 17, max: 23 },
  destination: { min: 17, max: 23 },
  ends: { min: 13.2 },
  protocol: { min: 7 },
  length: { min: 7 },
  info: { min: 47 },
};
const TIGHT: Readonly<Record<BuiltIn, Width>> = {
  ...WIDE,
  number: { min: 5.6 },
  time: { min: 12.2 },
  protocol: { min: 6.2 },
  length: { min: 6.2 },
  info: { min: 34 },
};
/** With two addresses. */
const WIDE_ENDS = 32;
const SMALLEST_INFO = 26;
const SMALLEST_FIELD = 10;
const LARGEST_FIELD = 22;
/** Characters below which source and destination share a column, and below which protocol and length go. */
const MIDDLING = 116;
const NARROW = 78;

export interface Room {
  /** The list's width in pixels, and that of a character. */
  width: number;
  character: number;
}

/** @param traits what the rows differ in */
export function layOut(
  chosen: readonly ChosenColumn[],
  { width, character }: Room,
  traits: RowTraits,
): Layout {
  const characters = width / character;
  const extra = chosen.reduce((sum, one) => sum + (isBuiltIn(one.id) ? 0 : fieldWidth(one)), 0);
  const isTight = characters < MIDDLING + extra;
  const isNarrow = characters < NARROW + extra;
  const placed: PlacedColumn[] = [];
  const tracks: string[] = [];
  const mins: string[] = [];
  chosen.forEach((one, index) => {
    const id = shownAs(one, index, chosen, isTight, isNarrow, traits);
    if (id === null) return;
    placed.push({ column: columnOf(id, one), chosen: index });
    const { min, max } = widthOf(id, one, isTight, isNarrow, traits);
    const isLast = index === chosen.length - 1;
    if (one.width !== undefined && !isLast) {
      tracks.push(`${one.width}px`);
      mins.push(`${one.width}px`);
      return;
    }
    const least = one.width === undefined ? `${min}ch` : `${one.width}px`;
    mins.push(least);
    const most = isLast ? '1fr' : max === undefined ? null : `${max}ch`;
    tracks.push(most === null ? least : `minmax(${least}, ${most})`);
  });
  return {
    columns: placed,
    template: tracks.join(' '),
    minWidth: `calc(${mins.join(' + ') || '0px'})`,
    isTight,
  };
}

/** What a chosen column is shown as; null if it is not shown. */
function shownAs(
  one: ChosenColumn,
  index: number,
  chosen: readonly ChosenColumn[],
  isTight: boolean,
  isNarrow: boolean,
  traits: RowTraits,
): string | null {
  const isOwn = one.width !== undefined || one.isAsked === true;
  if (one.id === 'direction' && !isOwn && !traits.hasDirections) return null;
  if (isNarrow && !isOwn && (one.id === 'protocol' || one.id === 'length')) return null;
  if (!isTight) return one.id;
  const source = one.id === 'destination' ? index - 1 : index;
  if (one.id !== 'source' && one.id !== 'destination') return one.id;
  const pair = [chosen[source], chosen[source + 1]];
  const isPair = pair[0]?.id === 'source' && pair[1]?.id === 'destination';
  if (!isPair || pair.some((end) => end?.width !== undefined)) return one.id;
  return one.id === 'source' ? 'ends' : null;
}

function columnOf(id: string, { title }: ChosenColumn): Column {
  return isBuiltIn(id) ? builtInColumn(id) : fieldColumn(id, title ?? id);
}

function widthOf(
  id: string,
  one: ChosenColumn,
  isTight: boolean,
  isNarrow: boolean,
  traits: RowTraits,
): Width {
  if (!isBuiltIn(id)) return { min: fieldWidth(one) };
  if (id === 'ends' && traits.hasHosts) return { min: WIDE_ENDS };
  if (id === 'info' && isNarrow) return { min: SMALLEST_INFO };
  return (isTight ? TIGHT : WIDE)[id];
}

function fieldWidth({ id, title }: ChosenColumn): number {
  return Math.min(LARGEST_FIELD, Math.max(SMALLEST_FIELD, (title ?? id).length + 3));
}
