/** What truly happened to a TCP segment, as the machine knows it: plain data, kept with the frame. */
export interface Truth {
  /** It is a retransmission: the packets that carried its bytes before, oldest first. */
  repeats?: number[];
  /** Those of them that were lost or dropped. */
  gone?: number[];
  /** Those of them that have arrived with all its bytes: it was not needed. */
  needless?: number[];
  /** The packets that its ACK took out of the retransmit queue of the other end. */
  frees?: number[];
  /** How many bytes (SYN and FIN count as one) its ACK was the first to acknowledge. */
  freedBytes?: number;
  /** A packet of the same direction that was sent later and arrived earlier. */
  overtakenBy?: number;
  /** How often it arrived, if the wire has duplicated it. */
  arrivals?: number;
}
