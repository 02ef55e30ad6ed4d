// The process that reads a capture file and answers as a debug adapter does.
import type * as vscode from 'vscode';
import type { CaptureProgress, CaptureRequest } from '../../debug-adapter/captures/messages.ts';
import type { SockscopeRequests } from '../../debug-adapter/protocol.ts';
import type { PacketSource } from '../packets/packetSource.ts';
import { ReaderProcess } from './readerProcess.ts';

export class CaptureProcess
  extends ReaderProcess<CaptureRequest, SockscopeRequests, CaptureProgress>
  implements PacketSource
{
  constructor(extensionUri: vscode.Uri, file: string) {
    super(extensionUri, 'main.js', [file], { packets: 0, read: 0, size: 0, isOver: false });
  }

  get packets(): number {
    return this.progress.packets;
  }
}
