/** Is told the number of a packet, or of a stream, of which a later packet has told something. */
export type Changed = (number: number) => void;

export const nobody: Changed = () => undefined;
