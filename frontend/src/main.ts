/** The page comes alive: connect to the kernel that runs it, and show its widgets where the page left room. */
import type { DOMWidgetView } from '@jupyter-widgets/base';
import { Widget } from '@lumino/widgets';
import { watchConnection } from './banner';
import { Connection } from './connection';
import { WidgetManager } from './manager';
import { plainMessage } from './messages';
import { loadModule, prepareModules } from './modules';
import { pageComplete, pageConfig, savedWidgets } from './page';

const VIEWS = 'script[type="application/vnd.jupyter.widget-view+json"]';

async function start(): Promise<void> {
  const config = await pageConfig();
  if (!config) {
    // The server has written the reason into the page.
    return reveal();
  }
  watchConnection(config);
  prepareModules(config.modules);
  // Nearly all our widgets need it: load it while the kernel answers.
  if ('anywidget' in config.modules) void loadModule('anywidget').catch(() => undefined);
  // Connecting takes a while, and so do the cells: do both at once.
  const { kernel } = new Connection(config.baseUrl, config.kernelId, () => manager.load());
  const manager = new WidgetManager(kernel);
  await pageComplete();
  const places = [...document.querySelectorAll<HTMLScriptElement>(VIEWS)];
  if (places.length > 0) {
    const saved = savedWidgets();
    if (saved) {
      // No need to wait for the connection: what a visitor does before it is there is sent when it is.
      await manager.begin(saved);
    } else {
      manager.load();
      await manager.loaded;
    }
  }
  await Promise.all(places.map((place) => show(manager, place)));
  reveal();
  document.documentElement.dataset['careerpath'] = 'ready';
}

/** Replace a script element by the view that it stands for. */
async function show(manager: WidgetManager, place: HTMLScriptElement): Promise<void> {
  const host = document.createElement('div');
  host.className = 'cp-widget';
  try {
    const { model_id } = JSON.parse(place.textContent ?? '') as { model_id: string };
    const view = await manager.create_view<DOMWidgetView>(await manager.get_model(model_id));
    // The first view replaces the skeleton within one frame, so that nothing flashes or jumps.
    reveal();
    place.replaceWith(host);
    Widget.attach(view.luminoWidget, host);
  } catch (error) {
    console.error(error);
    reveal();
    host.append(plainMessage(''));
    place.replaceWith(host);
  }
}

/** Remove the skeleton and show the outputs. */
function reveal(): void {
  document.getElementById('careerpath-skeleton')?.remove();
  document.getElementById('careerpath-outputs')?.removeAttribute('hidden');
}

start().catch((error: unknown) => {
  console.error(error);
  reveal();
  document.querySelector('main')?.append(plainMessage(''));
});
