// The real VS Code in Chinese: what the extension, its views and its adapter say.
import assert from 'node:assert/strict';
import path from 'node:path';
import { webviewFrame } from './support/webviewFrame.ts';
import { Workbench } from './support/workbench.ts';
import { root } from './support/scripts.ts';

const SCENARIO = 'accept-queue-overflow.ts';
const STAYS = 'client3 的请求留在半连接队列中：全连接队列已满（2 / 2），它的 ACK 被丢弃。';

describe('in Chinese', function () {
  this.timeout(240_000);
  let code: Workbench;

  before(async () => {
    code = await Workbench.open({
      files: path.join(root, 'samples'),
      expect: SCENARIO,
      language: 'zh-cn',
    });
    await code.untilOffered('Sockscope: 引导演练');
  });
  after(() => code?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await code?.failed(`chinese ${this.currentTest.title}`);
  });

  it('commands and views have Chinese names', async () => {
    const rows = await code.offeredCommands('Sockscope: ');
    for (const title of ['引导演练…', '新建场景', '打开示例…'])
      assert.ok(
        rows.some((row) => row.includes(title)),
        `${title} is not among ${rows.join(', ')}`,
      );
  });

  it('a stop is told in Chinese, and so are the filters of the Breakpoints view', async () => {
    await code.openFile(SCENARIO);
    await code.goToLine(60);
    await code.debug.start('调试此场景');
    await code.debug.stopsOn(/^暂停于入口$/);
    await code.debug.tickFilter('队列溢出');
    await code.debug.press('continue');
    await code.debug.stopsOn(/^暂停于 全连接队列溢出$/);
  });

  it('the picture of the queues says in Chinese what has just changed', async () => {
    await code.page.locator('.panel .composite-bar a.action-label[aria-label^="图示"]').click();
    const view = await webviewFrame(code.page, '图示');
    await view.getByRole('status').filter({ hasText: STAYS }).waitFor();
    await view.getByText('全连接队列 2 / 2').waitFor();
    await code.screenshot('chinese-queues');
    await view.getByRole('tab', { name: '状态' }).click();
    await view.getByRole('button', { name: /^SYN_SENT → ESTABLISHED：收到 SYN-ACK 并确认/ }).waitFor();
    await view.getByRole('tab', { name: '时序' }).click();
    await view.getByText('方向键在各项之间移动').first().waitFor();
    await code.screenshot('chinese-sequence');
  });

  it('the Packets panel is Chinese but for what Wireshark words', async () => {
    await code.page.locator('.panel .composite-bar a.action-label[aria-label^="数据包"]').click();
    const packets = await webviewFrame(code.page, '数据包');
    await packets.getByRole('columnheader', { name: '时间' }).waitFor();
    await packets.locator('[role=row]', { hasText: '[SYN, ACK]' }).first().click();
    await packets.getByText('Transmission Control Protocol').first().waitFor();
    await code.screenshot('chinese-packets');
    await code.debug.stop();
  });

  it('a sample is opened with Chinese comments', async () => {
    await code.openEmptyWindow();
    const row = await code.startList('Sockscope: Open Sample', '1. 第一次握手');
    assert.match(await row.innerText(), /客户端的 connect\(\) 如何变成/);
    await code.screenshot('chinese-samples');
  });
});
