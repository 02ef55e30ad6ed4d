/** Integer types by their kernel names. They document width and byte order; the compiler sees a number. */

/** An unsigned 32-bit value that may use all its bits: kept as int32 (`x | 0`); print it with `>>> 0`. */
export type u32 = number;
export type u16 = number;
export type u8 = number;
/** A counter that never wraps here: a plain number. */
export type u64 = number;
/** 16 bits in network order. The machine is big-endian, so this is the plain number. */
export type be16 = number;
/** 32 bits in network order, kept as int32; an IPv4 address (127.0.0.1 is 0x7f000001). */
export type be32 = number;
/** Nanoseconds of the machine's monotonic clock. @linux include/linux/ktime.h */
export type ktime_t = number;
/** Ticks of 1/HZ second. @linux include/linux/jiffies.h */
export type jiffies_t = number;
/** The sum of a partial Internet checksum, not yet folded. */
export type wsum = number;
/** The four words of an IPv6 address, as ints, the first one first. */
export type in6_addr_words = readonly [be32, be32, be32, be32];
