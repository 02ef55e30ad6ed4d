/** Entry point of the Pictures view. */
import '@vscode/codicons/dist/codicon.css';
import '../styles/page.css';
import '../styles/menu.css';
import '../styles/tabs.css';
import './styles/view.css';
import './styles/queues.css';
import './styles/states.css';
import './styles/sequence.css';
import 'uplot/dist/uPlot.min.css';
import './styles/graphs.css';
import './styles/rings.css';
import './styles/way.css';
import { registerControls } from '../toolkit.ts';
import { PicturesView } from './picturesView.ts';

registerControls();
document.getElementById('loading')?.remove();
new PicturesView(document.body).start();
