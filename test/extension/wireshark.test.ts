// How Wireshark is found and what it is started with, without VS Code.
import assert from 'node:assert/strict';
import path from 'node:path';
import { findWireshark, type Computer } from '../../extension/wireshark/findWireshark.ts';
import { wiresharkArguments } from '../../extension/wireshark/wiresharkArguments.ts';

const computer = (
  platform: NodeJS.Platform,
  env: Record<string, string>,
  ...programs: string[]
): Computer => ({ platform, env, isProgram: (file) => programs.includes(file) });

describe('Wireshark', () => {
  it('is found in PATH, and else where installers put it', () => {
    const both = ['/opt/w/wireshark', '/usr/bin/wireshark'];
    assert.equal(findWireshark(computer('linux', { PATH: '/bin:/opt/w' }, ...both)), both[0]);
    assert.equal(findWireshark(computer('linux', {}, ...both)), both[1]);
    const app = '/Applications/Wireshark.app/Contents/MacOS/Wireshark';
    assert.equal(findWireshark(computer('darwin', { PATH: '/bin' }, app)), app);
    assert.equal(
      findWireshark(computer('darwin', { HOME: '/Users/me' }, `/Users/me${app}`)),
      `/Users/me${app}`,
    );
    const exe = 'C:\\Program Files\\Wireshark\\Wireshark.exe';
    const windows = { Path: 'C:\\Windows', ProgramFiles: 'C:\\Program Files' };
    assert.equal(findWireshark(computer('win32', windows, exe)), exe);
    assert.equal(findWireshark(computer('linux', { PATH: '/bin' })), undefined);
  });

  it('is never taken from a folder that is not absolute: it would be one of the workspace', () => {
    assert.equal(
      findWireshark(computer('linux', { PATH: '.::bin' }, 'wireshark', 'bin/wireshark')),
      undefined,
    );
    assert.equal(findWireshark(computer('win32', { PATH: '.' }, 'Wireshark.exe')), undefined);
  });

  it('is started with the file, the packet and the filter, none of which can become an option', () => {
    assert.deepEqual(wiresharkArguments({ file: '/a/b c.pcap', packet: 7, filter: ' tcp.port == 80 ' }), [
      '-r',
      '/a/b c.pcap',
      '-g',
      '7',
      '-Y',
      'tcp.port == 80',
    ]);
    assert.deepEqual(wiresharkArguments({ file: '/a.pcap', filter: '' }), ['-r', '/a.pcap']);
    assert.deepEqual(wiresharkArguments({ file: '-i', filter: '-tcp.len == -1; rm $(x)' }), [
      '-r',
      path.resolve('-i'),
      '-Y',
      '(-tcp.len == -1; rm $(x))',
    ]);
  });
});
