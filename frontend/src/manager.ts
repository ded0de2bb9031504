/**
 * The widget manager: the models of the kernel's widgets, and their views in this page.
 *
 * Nearly all of it is ipywidgets' own ManagerBase. Added are comms over our kernel connection, modules from
 * `modules.ts`, and plain messages in place of ipywidgets' stack traces.
 */
import * as base from '@jupyter-widgets/base';
import { CONTROL_COMM_PROTOCOL_VERSION, CONTROL_COMM_TARGET, ManagerBase } from '@jupyter-widgets/base-manager';
import type { JSONObject } from '@lumino/coreutils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { plainMessage } from './messages';
import { BOXES, UnknownModule, loadModule } from './modules';
import type { SavedWidget } from './page';

interface States {
  states: Record<string, { state: JSONObject }>;
  buffer_paths: (string | number)[][];
}
type Classes = Record<string, typeof base.WidgetModel & typeof base.WidgetView>;

/** A comm that does nothing once its kernel is gone, instead of throwing an error into a click handler. */
class QuietComm extends base.shims.services.Comm {
  constructor(comm: Kernel.IComm, private readonly manager: WidgetManager) {
    super(comm);
  }
  override send(...message: Parameters<base.shims.services.Comm['send']>): string {
    return this.jsServicesComm.isDisposed ? '' : super.send(...message);
  }
  override close(...message: Parameters<base.shims.services.Comm['close']>): string {
    return this.jsServicesComm.isDisposed ? '' : super.close(...message);
  }
  override on_msg(take: (message: KernelMessage.ICommMsgMsg) => unknown): void {
    super.on_msg((message: KernelMessage.ICommMsgMsg) =>
      this.manager.inStep || message.content.data['method'] === 'custom' ? take(message) : undefined,
    );
  }
}

export class WidgetManager extends ManagerBase {
  /**
   * Whether this page has all widgets as the kernel has them. It has not while it starts, nor after a lost
   * connection. Then updates are ignored, and new comms are only noted: the state that `load` fetches contains both.
   */
  inStep = false;
  /** Resolves when the widgets are there for the first time. */
  readonly loaded: Promise<void>;
  private hasLoaded!: () => void;
  private readonly noted = new Map<string, Kernel.IComm>();

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    super();
    this.loaded = new Promise((resolve) => (this.hasLoaded = resolve));
    let connected = false;
    kernel.connectionStatusChanged.connect((_, status) => {
      // Before the first connection there is nothing to miss.
      if (connected && status !== 'connected') this.inStep = false;
      connected ||= status === 'connected';
    });
    kernel.registerCommTarget(this.comm_target_name, async (comm, message) => {
      if (this.inStep) await this.handle_comm_open(new QuietComm(comm, this), message);
      else this.noted.set(comm.commId, comm);
    });
  }

  /** Begin with the widgets that came with the page, without asking the kernel. */
  async begin(saved: Record<string, SavedWidget>): Promise<void> {
    this.inStep = true;
    await Promise.all(
      Object.entries(saved).map(([id, { state, buffers = [] }]) => {
        const data = buffers.map((each) => new DataView(Uint8Array.from(atob(each.data), (c) => c.charCodeAt(0)).buffer));
        base.put_buffers(state, buffers.map((each) => each.path), data);
        return this.take(id, state);
      }),
    );
    this.hasLoaded();
  }

  /**
   * Take over the state of all widgets of the kernel.
   *
   * ManagerBase's own way gives up after 4 s, and misses updates that come while it makes the models. Here, the
   * messages that follow the state wait until all models are made. If the connection is lost before the state comes,
   * it never comes: then call this again.
   */
  load(): void {
    const comm = this.kernel.createComm(CONTROL_COMM_TARGET);
    comm.onMsg = async (message) => {
      this.inStep = true;
      const { states, buffer_paths } = message.content.data as unknown as States;
      base.put_buffers(states, buffer_paths, message.buffers ?? []);
      // All new models are registered before the first of them is made: they refer to each other.
      const made = Object.entries(states).map(([id, { state }]) => this.take(id, state));
      this.noted.clear();
      await Promise.all(made);
      comm.close();
      this.hasLoaded();
    };
    comm.open({}, { version: CONTROL_COMM_PROTOCOL_VERSION });
    comm.send({ method: 'request_states' });
  }

  private async take(id: string, state: JSONObject): Promise<void> {
    const message = { content: { data: { method: 'update', state } }, metadata: { version: base.PROTOCOL_VERSION } };
    try {
      if (this.has_model(id)) {
        await (await this.get_model(id))._handle_comm_msg(message as never);
      } else {
        const comm = this.noted.get(id) ?? this.kernel.createComm(this.comm_target_name, id);
        await this.handle_comm_open(new QuietComm(comm, this), message as never);
      }
    } catch (error) {
      // The other widgets can be shown.
      console.error(error);
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

  /** Only widgets that a script makes itself, such as bqplot's tools; all others are made in the kernel. */
  protected override async _create_comm(
    target: string,
    id: string,
    data?: JSONObject,
    metadata?: JSONObject,
    buffers?: ArrayBuffer[],
  ): Promise<base.IClassicComm> {
    const comm = new QuietComm(this.kernel.createComm(target, id), this);
    comm.open(data ?? {}, {}, metadata, buffers);
    return comm;
  }

  protected override async _get_comm_info(): Promise<Record<string, { target_name: string }>> {
    // Only ManagerBase's own way of loading asks this.
    return {};
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
