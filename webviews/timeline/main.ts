/** Entry point of the Timeline view. */
import '@vscode/codicons/dist/codicon.css';
import '../styles/page.css';
import '../pictures/styles/view.css';
import './styles/timeline.css';
import { registerControls } from '../toolkit.ts';
import { TimelineView } from './timelineView.ts';

registerControls();
document.getElementById('loading')?.remove();
new TimelineView(document.body).start();
