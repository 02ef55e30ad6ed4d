/** The Internet checksum against the definition of RFC 1071, word by word. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  csum_add,
  csum_block_add,
  csum_block_sub,
  csum_fold,
  csum_partial,
  csum_replace2,
  csum_sub,
  csum_tcpudp_magic,
  ip_compute_csum,
  ip_fast_csum,
} from '../../../stack/lib/checksum.ts';

/** RFC 1071, section 4.1, as it stands there. */
function naive(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! * 256 + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  return ~sum & 0xffff;
}
const bytes = fc.uint8Array({ maxLength: 3000 });

describe('the Internet checksum', () => {
  it('is that of RFC 1071, for any bytes at any place', () => {
    fc.assert(
      fc.property(bytes, fc.nat(7), (data, at) => {
        const padded = new Uint8Array(at + data.length + 3).fill(0xa5);
        padded.set(data, at);
        assert.equal(ip_compute_csum(padded, at, data.length), naive(data));
      }),
    );
  });

  it('does not overflow on 64 KiB of ones', () => {
    const data = new Uint8Array(65536).fill(0xff);
    assert.equal(ip_compute_csum(data, 0, data.length), naive(data));
  });

  it('adds up from blocks, wherever they are cut', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (data, cut) => {
        const at = data.length === 0 ? 0 : cut % data.length;
        const first = csum_partial(data, 0, at, 0);
        const second = csum_partial(data, at, data.length - at, 0);
        assert.equal(csum_fold(csum_block_add(first, second, at)), naive(data));
        const whole = csum_partial(data, 0, data.length, 0);
        const back = csum_fold(csum_block_sub(whole, second, at));
        // In one's complement 0 and ~0 are both zero.
        assert.equal(back % 0xffff, csum_fold(first) % 0xffff);
      }),
    );
  });

  it('takes complemented and unfolded sums too', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), (a, b) => {
        assert.equal(csum_fold(csum_add(csum_sub(a, b), b)) % 0xffff, csum_fold(a) % 0xffff);
        assert.equal(csum_add(a * 65536, b), csum_add(a, b));
      }),
    );
  });

  it('verifies a header that carries it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (header) => {
        header[10] = 0;
        header[11] = 0;
        const check = ip_fast_csum(header, 0, 5);
        assert.equal(check, naive(header));
        header[10] = check >> 8;
        header[11] = check;
        assert.equal(ip_fast_csum(header, 0, 5), 0);
        const tos = csum_replace2(check, (header[0]! << 8) | header[1]!, (header[0]! << 8) | 0x10);
        header[1] = 0x10;
        header[10] = tos >> 8;
        header[11] = tos;
        assert.equal(ip_fast_csum(header, 0, 5), 0);
      }),
    );
  });

  it('covers the pseudo header', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), bytes, (saddr, daddr, data) => {
        const pseudo = new Uint8Array(12 + data.length);
        const view = new DataView(pseudo.buffer);
        view.setInt32(0, saddr);
        view.setInt32(4, daddr);
        view.setUint16(8, 17);
        view.setUint16(10, data.length);
        pseudo.set(data, 12);
        const sum = csum_partial(data, 0, data.length, 0);
        assert.equal(csum_tcpudp_magic(saddr, daddr, data.length, 17, sum), naive(pseudo));
      }),
    );
  });
});
