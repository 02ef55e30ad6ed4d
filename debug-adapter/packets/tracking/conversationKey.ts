/** Names a conversation: the same for both directions. */
export interface Ends {
  readonly source: number;
  readonly destination: number;
}

export function conversationKey(
  { source, destination }: Ends,
  sourcePort: number,
  destinationPort: number,
): string {
  const from = `${source}:${sourcePort}`;
  const to = `${destination}:${destinationPort}`;
  return from < to ? `${from} ${to}` : `${to} ${from}`;
}
