/** The Output widget: shows what the kernel prints or displays inside it. */
import type { DOMWidgetView } from '@jupyter-widgets/base';
import * as base from '@jupyter-widgets/output';
import type { KernelMessage } from '@jupyterlab/services';
import { Widget } from '@lumino/widgets';
import type { WidgetManager } from './manager';
import { plainMessage } from './messages';

export { OUTPUT_WIDGET_VERSION } from '@jupyter-widgets/output';

type Output = { output_type: string; [key: string]: unknown };
const OUTPUT_TYPES = new Set(['stream', 'display_data', 'execute_result', 'error']);

export class OutputModel extends base.OutputModel {
  declare widget_manager: WidgetManager;
  private stopListening_: (() => void) | null = null;
  /** After clear_output(wait=True) the old outputs stay until the next one comes. */
  private clearNext = false;

  override defaults(): Backbone.ObjectHash {
    return { ...super.defaults(), msg_id: '', outputs: [] };
  }

  override initialize(attributes: Backbone.ObjectHash, options: never): void {
    super.initialize(attributes, options);
    this.listenTo(this, 'change:msg_id', () => this.follow());
    this.follow();
  }

  /** While `msg_id` is set, take the outputs of that request. */
  private follow(): void {
    this.stopListening_?.();
    const id = this.get('msg_id') as string;
    this.stopListening_ = id ? this.widget_manager.interceptOutputs(id, (message) => this.take(message)) : null;
  }

  private take(message: KernelMessage.IIOPubMessage): void {
    const type = message.header.msg_type;
    const outputs = this.clearNext ? [] : [...(this.get('outputs') as Output[])];
    if (type === 'clear_output') {
      this.clearNext = (message.content as { wait: boolean }).wait;
      if (this.clearNext) return;
      outputs.length = 0;
    } else if (OUTPUT_TYPES.has(type)) {
      this.clearNext = false;
      outputs.push({ ...(message.content as object), output_type: type });
    } else {
      return;
    }
    this.set('outputs', outputs);
    // The kernel needs `outputs` too: a reloaded page gets them from there.
    this.save_changes();
  }
}

export class OutputView extends base.OutputView {
  override render(): void {
    super.render();
    this.el.classList.add('cp-output');
    this.listenTo(this.model, 'change:outputs', () => void this.draw());
    void this.draw();
  }

  private async draw(): Promise<void> {
    const parts = await Promise.all((this.model.get('outputs') as Output[]).map((output) => this.part(output)));
    this.el.replaceChildren(...parts.map((part) => (part instanceof Node ? part : part.host)));
    // A widget is drawn completely only after it is told that it is in the page.
    await this.displayed;
    for (const part of parts) {
      if (!(part instanceof Node) && part.host.isConnected) Widget.attach(part.view.luminoWidget, part.host);
    }
  }

  private async part(output: Output): Promise<Node | { host: HTMLElement; view: DOMWidgetView }> {
    const text = (value: unknown): string => (Array.isArray(value) ? value.join('') : String(value ?? ''));
    const pre = (value: unknown): HTMLElement => Object.assign(document.createElement('pre'), { textContent: text(value) });
    if (output.output_type === 'error') return plainMessage('');
    if (output.output_type === 'stream') return output['name'] === 'stderr' ? new Text() : pre(output['text']);
    const data = (output['data'] ?? {}) as Record<string, unknown>;
    const widget = data['application/vnd.jupyter.widget-view+json'] as { model_id: string } | undefined;
    const host = document.createElement('div');
    if (widget) {
      const manager = this.model.widget_manager;
      return { host, view: await manager.create_view<DOMWidgetView>(await manager.get_model(widget.model_id)) };
    }
    if ('text/html' in data) host.innerHTML = text(data['text/html']);
    else if ('image/svg+xml' in data) host.innerHTML = text(data['image/svg+xml']);
    else if ('image/png' in data) {
      const image = new Image();
      image.src = `data:image/png;base64,${text(data['image/png'])}`;
      image.alt = text(data['text/plain']);
      host.append(image);
    } else host.append(pre(data['text/plain']));
    return host;
  }
}
