/** Fields of DHCP's header that options have, too. */
import { field } from '../../tree/field.ts';
import { HARDWARE_TYPES } from '../hardwareTypes.ts';

export const HARDWARE = field('dhcp.hw.type', 'Hardware type', 'uint8', {
  base: 'hex',
  names: HARDWARE_TYPES,
});
export const MAC = field('dhcp.hw.mac_addr', 'Client MAC address', 'ether');
