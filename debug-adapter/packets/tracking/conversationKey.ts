/** Names a conversation: the same for both directions. */

/** An IPv4 address as a number, an IPv6 address as its text. */
export type IpAddress = number | string;

export interface Ends {
  readonly source: IpAddress;
  readonly destination: IpAddress;
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
