/**
 * The widget manager: the models of the kernel's widgets, and their views in this page.
 *
 * Nearly all of it is ipywidgets' own ManagerBase. Added are comms over our kernel connection, modules from
 * `modules.ts`, and plain messages in place of ipywidgets' stack traces.
 */
import * as base from '@jupyter-widgets/base';
import { ManagerBase } from '@jupyter-widgets/base-manager';
import type { JSONObject } from '@lumino/coreutils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { plainMessage } from './messages';
import { BOXES, UnknownModule, loadModule } from './modules';

type Classes = Record<string, typeof base.WidgetModel & typeof base.WidgetView>;

/** A comm that does nothing once its kernel is gone, instead of throwing an error into a click handler. */
class QuietComm extends base.shims.services.Comm {
  override send(...message: Parameters<base.shims.services.Comm['send']>): string {
    return this.jsServicesComm.isDisposed ? '' : super.send(...message);
  }
  override close(...message: Parameters<base.shims.services.Comm['close']>): string {
    return this.jsServicesComm.isDisposed ? '' : super.close(...message);
  }
}

export class WidgetManager extends ManagerBase {
  /** Comms that the kernel opened before we asked it for its models: see `load`. */
  private early: Map<string, [Kernel.IComm, KernelMessage.ICommOpenMsg]> | null = new Map();

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    super();
    kernel.registerCommTarget(this.comm_target_name, async (comm, message) => {
      if (this.early) {
        this.early.set(comm.commId, [comm, message]);
      } else {
        await this.handle_comm_open(new QuietComm(comm), message);
      }
    });
  }

  /**
   * Take over all widgets of the kernel.
   *
   * While the cells still run, comms are only noted: the children of a box may have been opened before we
   * connected, so models are made when the kernel has reported all of them.
   */
  async load(): Promise<void> {
    await this._loadFromKernel();
    const left = [...(this.early ?? [])];
    this.early = null;
    for (const [id, [comm, message]] of left) {
      if (!this.has_model(id)) {
        await this.handle_comm_open(new QuietComm(comm), message);
      }
    }
  }

  /** Pass the messages of one request to `take` and to nobody else; returns a function that ends this. */
  interceptOutputs(id: string, take: (message: KernelMessage.IIOPubMessage) => void): () => void {
    const hook = (message: KernelMessage.IIOPubMessage): boolean => {
      take(message);
      return false;
    };
    this.kernel.registerMessageHook(id, hook);
    return () => {
      if (!this.kernel.isDisposed) this.kernel.removeMessageHook(id, hook);
    };
  }

  override async create_view<V extends base.WidgetView>(model: base.WidgetModel, options: object = {}): Promise<V> {
    // The same as in ManagerBase, which however shows an error widget with a stack trace.
    const id = base.uuid();
    const made = (model.state_change = model.state_change.then(async () => {
      const View = await this.loadViewClass(
        model.get('_view_name') as string,
        model.get('_view_module') as string,
        model.get('_view_module_version') as string,
      );
      let view = new View({ model, options: this.setViewOptions(options) });
      try {
        await view.render();
      } catch (error) {
        console.error(error);
        view.remove();
        view = new (messageView(''))({ model, options: this.setViewOptions(options) });
        await view.render();
      }
      view.listenTo(model, 'destroy', view.remove);
      view.once('remove', () => delete model.views?.[id]);
      return view;
    })) as Promise<V>;
    if (model.views) {
      model.views[id] = made;
    }
    return made;
  }

  override async loadModelClass(name: string, module: string, version: string): Promise<typeof base.WidgetModel> {
    try {
      return await this.loadClass(name, module, version);
    } catch (error) {
      console.error(error);
      return base.DOMWidgetModel;
    }
  }

  override async loadViewClass(name: string, module: string, version: string): Promise<typeof base.WidgetView> {
    try {
      return await this.loadClass(name, module, version);
    } catch (error) {
      console.error(error);
      return messageView(error instanceof UnknownModule ? error.message : '');
    }
  }

  protected override async loadClass(name: string, module: string, _version: string): Promise<Classes[string]> {
    const isBox = module === '@jupyter-widgets/controls' && /^[VH]?Box(Model|View)$/.test(name);
    const found = ((await loadModule(isBox ? BOXES : module)) as Classes)[name];
    if (!found) {
      throw new UnknownModule(`${module}.${name}`);
    }
    return found;
  }

  protected override async _create_comm(
    target: string,
    id: string,
    data?: JSONObject,
    metadata?: JSONObject,
    buffers?: ArrayBuffer[],
  ): Promise<base.IClassicComm> {
    const known = this.early?.get(id)?.[0];
    const comm = new QuietComm(known ?? this.kernel.createComm(target, id));
    // Only a comm of our own is opened; the widgets' comms are open on the kernel's side already.
    if (data || metadata) {
      comm.open(data ?? {}, {}, metadata, buffers);
    }
    return comm;
  }

  protected override async _get_comm_info(): Promise<Record<string, { target_name: string }>> {
    const reply = await this.kernel.requestCommInfo({ target_name: this.comm_target_name });
    return reply.content.status === 'ok' ? (reply.content.comms as Record<string, { target_name: string }>) : {};
  }
}

/** A view that shows one sentence in place of a widget. */
function messageView(text: string): typeof base.WidgetView {
  return class extends base.DOMWidgetView {
    override render(): void {
      this.el.replaceChildren(plainMessage(text));
    }
  };
}
