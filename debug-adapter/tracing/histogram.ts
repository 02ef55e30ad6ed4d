/** A histogram by powers of two, drawn as bpftrace draws it. */

const WIDTH = 40;

export class Histogram {
  /** By the power of two that is the exclusive end of the bucket; 0: the value 0; -1: below. */
  readonly #buckets = new Map<number, number>();

  get isEmpty(): boolean {
    return this.#buckets.size === 0;
  }
  add(value: number): void {
    const bucket = value < 0 ? -1 : value < 1 ? 0 : Math.floor(Math.log2(value)) + 1;
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  lines(): string[] {
    const used = [...this.#buckets.keys()];
    const most = Math.max(...this.#buckets.values());
    const lines: string[] = [];
    for (let bucket = Math.min(...used); bucket <= Math.max(...used); bucket++) {
      const count = this.#buckets.get(bucket) ?? 0;
      const bar = '@'.repeat(Math.round((count / most) * WIDTH)).padEnd(WIDTH);
      lines.push(`${rangeOf(bucket).padEnd(16)} ${String(count).padStart(8)} |${bar}|`);
    }
    return lines;
  }
}

function rangeOf(bucket: number): string {
  if (bucket < 0) return '(..., 0)';
  if (bucket === 0) return '[0]';
  if (bucket === 1) return '[1]';
  return `[${short(2 ** (bucket - 1))}, ${short(2 ** bucket)})`;
}
/** `64K`, as bpftrace writes it. */
function short(value: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  const unit = Math.min(Math.floor(Math.log2(value) / 10), units.length - 1);
  return `${value / 1024 ** unit}${units[unit]}`;
}
