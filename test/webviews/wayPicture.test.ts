/** A packet's way in a real browser. */
import assert from 'node:assert/strict';
import type { WayData } from '../../debug-adapter/protocol.ts';
import { handshake } from './support/handshake.ts';
import { PicturesPage } from './support/picturesPage.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { wayOfLostPacket, wayOfPacket } from './support/wayData.ts';
import { ViewTests } from './support/viewTests.ts';

const STATE = { picture: 'way', asTable: false };
/** The panel in a window of 1280×720, a side bar, and all of a window of 1600×1000. */
const SIZES = {
  panel: { width: 920, height: 290 },
  sideBar: { width: 300, height: 700 },
  window: { width: 1600, height: 1000 },
};

describe("a packet's way, in a browser", function () {
  this.timeout(120_000);
  const tests = new ViewTests('way', PicturesPage.open);
  let view: PicturesPage;

  const open = async (
    options: { theme?: ThemeName; size?: keyof typeof SIZES; data?: WayData } = {},
  ): Promise<void> => {
    const { theme = 'dark', size = 'panel', data = wayOfPacket() } = options;
    view = await tests.open({ ...SIZES[size], state: STATE, theme });
    await view.stopped(data);
    await drawing().locator('.station').first().waitFor();
  };
  const drawing = () => view.page.getByRole('group', { name: "A packet's way" });

  it('goes down at the sender, along the wire and up at the receiver, and says where the time went', async () => {
    await open({ size: 'window' });
    await view.page.getByText('Packet 7 takes 61.24 ms from "send(3, 1448 bytes)" to "recv()".').waitFor();
    const boxes = await drawing()
      .locator('.station rect')
      .evaluateAll((all) =>
        all.map((one) => ({ x: Number(one.getAttribute('x')), y: Number(one.getAttribute('y')) })),
      );
    const tops = boxes.map(({ y }) => y);
    assert.deepEqual(
      tops.slice(0, 4),
      tops.slice(0, 4).sort((a, b) => a - b),
      'down',
    );
    assert.deepEqual(
      tops.slice(5),
      tops.slice(5).sort((a, b) => b - a),
      'up',
    );
    assert.ok(boxes[4]!.x > boxes[3]!.x && boxes[5]!.x > boxes[4]!.x, 'across');
    assert.equal(await drawing().locator('.leg.longest').count(), 1);
    const texts = (await drawing().locator('text').allTextContents()).join(' | ');
    for (const text of ['+40 ms', '+20 ms', 'users 1 · dataref 2', 't = 0.061 260 s · event 152'])
      assert.ok(texts.includes(text), `no "${text}" in ${texts}`);
  });

  it('a station leads to its code, by mouse and by keyboard', async () => {
    await open();
    await drawing().getByRole('link', { name: 'TX descriptor 3' }).click();
    await drawing().getByRole('link', { name: 'Receive queue' }).focus();
    await view.page.keyboard.press('Enter');
    await tests.eventually('the code is opened', () => view.sentOf('openCode').length === 2);
    assert.deepEqual(
      view.sentOf('openCode').map(({ location }) => location.path),
      ['/stack/vnic_xmit.ts', '/stack/tcp_queue_rcv.ts'],
    );
  });

  it('a packet is chosen from the list, by the one before or after, or in the sequence diagram', async () => {
    await open();
    const last = () => view.wantedOf('way').at(-1)!.number;
    view.data.set('way', wayOfPacket(9));
    await view.page.getByRole('combobox', { name: 'Packet' }).selectOption('9');
    await tests.eventually('packet 9 is asked for', () => last() === 9);
    view.data.set('way', wayOfPacket(8));
    await view.page.getByRole('button', { name: 'The packet before' }).click();
    await tests.eventually('packet 8 is asked for', () => last() === 8);
    view.data.set('sequence', { picture: 'sequence', ...handshake() });
    await view.page.getByRole('tab', { name: 'Sequence' }).click();
    await view.page.getByRole('group', { name: 'Sequence diagram' }).getByText('SYN-ACK').click();
    view.data.set('way', { ...wayOfPacket(), packet: { number: 3, label: 'SYN-ACK' } });
    await view.page.getByRole('button', { name: 'Its Way' }).click();
    await tests.eventually('its way is asked for', () => last() === 3);
    await view.page.getByText('Packet 3 takes').waitFor();
    await view.send({ type: 'show', picture: 'way', packet: 6 });
    await tests.eventually('the packet of another view is asked for', () => last() === 6);
  });

  it('a lost packet ends on the wire', async () => {
    await open({ data: wayOfLostPacket() });
    await view.page.getByText('Packet 7 is lost on the wire').waitFor();
    await tests.screenshot('lost');
    assert.equal(await drawing().locator('.station.lost').count(), 1);
  });

  it('is saved as SVG and as CSV', async () => {
    await open();
    await view.page.getByRole('button', { name: 'Save as SVG' }).click();
    await view.page.getByRole('button', { name: 'Save as CSV' }).click();
    await tests.eventually('both are saved', () => view.sentOf('save').length === 2);
    const [svg, csv] = view.sentOf('save');
    assert.ok(svg!.text.includes('TX descriptor 3') && !svg!.text.includes('var(--'));
    const rows = csv!.text.split('\r\n');
    assert.equal(rows[0], 'Where,Station,Details,Time (s),Event,After,users,dataref,Code');
    assert.equal(rows[3], 'sender,Queueing discipline,waits 1.2 ms in it,0.000020,96,0,1,2,__dev_queue_xmit');
  });

  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`has nothing that an accessibility check finds, in the ${theme} theme`, async () => {
      await open({ theme });
      await tests.screenshot(theme);
      assert.deepEqual(await view.violations(), []);
      await view.page.getByRole('checkbox', { name: 'As table' }).click();
      await view.page.getByRole('table').waitFor();
      assert.deepEqual(await view.violations(), []);
    });

  it('takes the room of a large window, and stands upright in a side bar', async () => {
    await open({ size: 'window', theme: 'light' });
    await tests.screenshot('1600');
    await open({ size: 'sideBar' });
    await tests.screenshot('side-bar');
    const { width } = (await drawing().boundingBox())!;
    assert.ok(width <= 300, String(width));
  });
});
