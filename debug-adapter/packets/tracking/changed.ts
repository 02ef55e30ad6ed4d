/** Is told the number of a packet of which a later one has told something. */
export type Changed = (number: number) => void;

export const nobody: Changed = () => undefined;
