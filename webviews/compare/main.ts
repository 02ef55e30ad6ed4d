/** Entry point of the page that lays two captures side by side. */
import '@vscode/codicons/dist/codicon.css';
import '../styles/page.css';
import './styles/compare.css';
import { registerControls } from '../toolkit.ts';
import { CompareView } from './compareView.ts';

registerControls();
document.getElementById('loading')?.remove();
new CompareView(document.body).start();
