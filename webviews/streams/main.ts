/** Entry point of the page of a followed stream. */
import '@vscode/codicons/dist/codicon.css';
import '../styles/page.css';
import './styles/stream.css';
import { registerControls } from '../toolkit.ts';
import { StreamView } from './streamView.ts';

registerControls();
document.getElementById('loading')?.remove();
new StreamView(document.body).start();
