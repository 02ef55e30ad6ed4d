/** Entry point of the Packets panel. */
import '@vscode/codicons/dist/codicon.css';
import '../styles/page.css';
import '../styles/tabs.css';
import './styles/panel.css';
import './styles/list.css';
import './styles/details.css';
import '../styles/menu.css';
import './styles/narrow.css';
import { registerControls } from '../toolkit.ts';
import { PacketsPanel } from './packetsPanel.ts';

registerControls();
document.getElementById('loading')?.remove();
new PacketsPanel(document.body).start();
