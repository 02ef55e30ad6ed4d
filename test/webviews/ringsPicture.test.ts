/** The rings of a NIC in a real browser. */
import assert from 'node:assert/strict';
import { PicturesPage } from './support/picturesPage.ts';
import { emptyRings, rings, twoNics } from './support/ringsData.ts';
import { THEMES, type ThemeName } from './support/themes.ts';
import { ViewTests } from './support/viewTests.ts';

const STATE = { picture: 'rings', asTable: false };
/** The panel in a window of 1280×720, a side bar, and all of a window of 1600×1000. */
const SIZES = {
  panel: { width: 920, height: 290 },
  sideBar: { width: 300, height: 640 },
  window: { width: 1600, height: 1000 },
};

describe('the rings, in a browser', function () {
  this.timeout(120_000);
  const tests = new ViewTests('rings', PicturesPage.open);
  let view: PicturesPage;

  const open = async (
    options: { theme?: ThemeName; size?: keyof typeof SIZES; data?: ReturnType<typeof rings> } = {},
  ): Promise<void> => {
    const { theme = 'dark', size = 'panel', data = rings() } = options;
    view = await tests.open({ ...SIZES[size], state: STATE, theme });
    await view.stopped(data);
    await drawing().locator('.slot').first().waitFor();
  };
  const drawing = () => view.page.getByRole('group', { name: 'Rings' });

  it('has a descriptor for each, says how full they are, and where driver and hardware stand', async () => {
    await open({ size: 'window' });
    assert.equal(await drawing().locator('.slot').count(), 512);
    const count = (kind: string) => drawing().locator(`.slot.${kind}`).count();
    assert.deepEqual([await count('toSend'), await count('sent'), await count('received')], [18, 4, 9]);
    assert.equal(await count('buffer'), 245, 'the NIC has buffers from its head to its tail');
    await view.page
      .getByText(
        '18 descriptors to be sent, 4 sent and not cleaned up; 9 descriptors with frames for the driver.',
      )
      .waitFor();
    const texts = (await drawing().locator('text').allTextContents()).join(' | ');
    for (const text of [
      'next_to_use 30',
      'next_to_clean 8',
      'TX 22 of 256',
      'RX 9 of 256',
      'head 12',
      'IRQ masked',
    ])
      assert.ok(texts.includes(text), `no "${text}" in ${texts}`);
  });

  it('shows the NIC that is at work, until the user chooses one, which is remembered', async () => {
    await open({ data: twoNics() });
    const nic = () => view.page.getByRole('combobox', { name: 'Network interface' });
    assert.equal(await nic().inputValue(), 'eth0');
    await view.stopped({ ...twoNics(), busy: 'lo' });
    await view.page.getByText('Nothing to send; no frame waits for the driver.').waitFor();
    assert.equal(await nic().inputValue(), 'lo');
    await nic().selectOption('eth0');
    await view.page.getByText(/^18 descriptors to be sent/).waitFor();
    const asked = view.wantedOf('rings').length;
    await view.stopped({ ...twoNics(), busy: 'lo' });
    await tests.eventually('it is drawn again', () => view.wantedOf('rings').length > asked);
    assert.equal(await nic().inputValue(), 'eth0');
    const saved = await view.page.evaluate('window.savedState');
    view = await tests.open({ ...SIZES.panel, state: saved });
    await view.stopped({ ...twoNics(), busy: 'lo' });
    await drawing().locator('.slot').first().waitFor();
    assert.equal(await nic().inputValue(), 'eth0');
  });

  it('leads from a received frame to its packet, by mouse and by keyboard', async () => {
    await open({ size: 'window' });
    await drawing().getByRole('link').first().click();
    await drawing().getByRole('link').nth(3).focus();
    await view.page.keyboard.press('Enter');
    await view.page.waitForFunction('true');
    assert.deepEqual(
      view.sentOf('revealPacket').map(({ number }) => number),
      [105, 108],
    );
  });

  it('a ring of 4096 descriptors has as many sectors as can be told apart', async () => {
    await open({ data: rings(4096) });
    const count = await drawing().locator('.slot').count();
    assert.ok(count <= 512 && count >= 128, String(count));
    await view.page.getByText('TX 22 of 4096').waitFor();
  });

  it('is saved as SVG and as CSV', async () => {
    await open();
    await view.page.getByRole('button', { name: 'Save as SVG' }).click();
    await view.page.getByRole('button', { name: 'Save as CSV' }).click();
    await view.page.waitForTimeout(100);
    const [svg, csv] = view.sentOf('save');
    assert.ok(svg!.text.includes('fill-opacity') && !svg!.text.includes('var(--'));
    assert.match(csv!.text, /^Ring,Descriptor,State,Packet,Bytes,What\r\nTX,8,"sent, not cleaned up",,1514,/);
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
    await open({ size: 'window' });
    await tests.screenshot('1600');
    await open({ size: 'sideBar', theme: 'light' });
    await tests.screenshot('side-bar');
    await open({ data: emptyRings() });
    await tests.screenshot('empty');
    await view.page.getByText('Nothing to send; no frame waits for the driver.').waitFor();
  });
});
