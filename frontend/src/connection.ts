/**
 * The connection to the kernel. Its state is announced by `careerpath:connection` events on the window:
 * `connected`, `lost` (we keep trying) or `gone` (the process has ended; only a reload helps).
 * `careerpath:failure` carries the log id of something that failed in the kernel.
 *
 * KernelConnection silently gives up after a few tries, and may wait a minute between them. That is too
 * long for a phone that wakes up, so we try ourselves: soon, then more and more slowly, and at once when
 * the network or the reader comes back.
 */
import { CommsOverSubshells, KernelConnection, ServerConnection } from '@jupyterlab/services';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

export type Status = 'connected' | 'lost' | 'gone';

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;
/** How long a connection that looks open may take to answer before we take it for dead. */
const PATIENCE = 5_000;
/** A busy kernel answers late. */
const BUSY_PATIENCE = 30_000;

export class Connection {
  readonly kernel: KernelConnection;
  private status: Status | 'starting' = 'starting';
  private wait = FIRST_WAIT;
  private timer = 0;
  private checking = false;
  /** State updates that the kernel has not confirmed yet, by message id. */
  private readonly unconfirmed = new Map<string, KernelMessage.IMessage>();
  private readonly address: string;

  /** `refresh` takes over the kernel's state again after a connection was lost. */
  constructor(
    baseUrl: string,
    private readonly kernelId: string,
    private readonly refresh: () => void,
  ) {
    const root = new URL(baseUrl, location.href);
    this.address = new URL(`api/kernels/${encodeURIComponent(kernelId)}`, root).href;
    this.kernel = new KernelConnection({
      model: { id: kernelId, name: 'python3' },
      serverSettings: ServerConnection.makeSettings({
        baseUrl: root.href,
        wsUrl: root.href.replace(/^http/, 'ws'),
        token: '',
        appendToken: false,
      }),
      // KernelConnection asks this whenever a socket fails early.
      kernelAPIClient: { getModel: () => this.model() } as never,
      // Voilà's message filter rightly blocks requests for subshells.
      commsOverSubshells: CommsOverSubshells.Disabled,
    });
    this.kernel.connectionStatusChanged.connect((_, status) => this.onConnection(status));
    this.kernel.statusChanged.connect((_, status) => {
      // A restarted kernel is empty: for this page it is the same as a dead one.
      if (status === 'dead' || status === 'autorestarting' || status === 'restarting') this.tell('gone');
    });
    this.kernel.anyMessage.connect((_, { msg, direction }) => this.keepUnconfirmed(msg, direction));
    this.kernel.iopubMessage.connect((_, message) => {
      // A callback of ours has failed. The server has replaced the traceback by an id in the log.
      const parent = message.parent_header as { msg_type?: string; session?: string };
      if (message.header.msg_type === 'error' && parent.msg_type === 'comm_msg' && parent.session === this.kernel.clientId) {
        const id = (message.content as { evalue: string }).evalue;
        window.dispatchEvent(new CustomEvent('careerpath:failure', { detail: { id } }));
      }
    });
    this.listen(baseUrl);
  }

  private listen(baseUrl: string): void {
    window.addEventListener('online', () => void this.check());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.check();
    });
    // The page comes back from the back-forward cache: its socket may be dead without notice.
    window.addEventListener('pageshow', (event) => {
      if (event.persisted) void this.check();
    });
    window.addEventListener('pagehide', (event) => {
      // A page that may come back keeps its kernel; if it never does, the server ends the kernel later.
      // A beacon cannot carry our headers and needs none: only this page knows the kernel's id.
      if (!event.persisted && this.status !== 'gone') {
        navigator.sendBeacon(`${baseUrl}voila/api/shutdown/${encodeURIComponent(this.kernelId)}`);
      }
    });
  }

  private tell(status: Status): void {
    // `gone` is final.
    if (this.status === status || this.status === 'gone') return;
    // The first connection is not announced.
    const news = this.status !== 'starting' || status !== 'connected';
    this.status = status;
    if (status === 'gone') {
      window.clearTimeout(this.timer);
    }
    if (news) {
      window.dispatchEvent(new CustomEvent('careerpath:connection', { detail: { status } }));
    }
  }

  private onConnection(status: Kernel.ConnectionStatus): void {
    if (status === 'connected') {
      const again = this.status === 'lost';
      this.wait = FIRST_WAIT;
      window.clearTimeout(this.timer);
      this.tell('connected');
      // If the kernel ends meanwhile, the banner says so.
      if (again) this.recover().catch(() => undefined);
    } else if (status === 'disconnected') {
      // Closed regularly, for example when an unused kernel was ended: ask before we call it lost.
      this.model().then(
        () => this.lost(),
        () => undefined,
      );
    } else if (this.status !== 'starting') {
      this.lost();
    }
  }

  private lost(): void {
    this.tell('lost');
    this.retryLater();
  }

  private retryLater(): void {
    window.clearTimeout(this.timer);
    // Half of the wait is random, so that the phones of a whole room do not come back all at once.
    this.timer = window.setTimeout(() => this.retry(), this.wait * (0.5 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  private retry(): void {
    if (this.status === 'gone' || this.kernel.isDisposed) return;
    // If it is refused, the next try follows.
    this.kernel.reconnect().catch(() => undefined);
    this.retryLater();
  }

  /** Ask now whether the kernel is still there, and reconnect if possible. */
  private async check(): Promise<void> {
    if (this.checking || this.status === 'gone' || this.kernel.isDisposed) return;
    this.checking = true;
    await this.ask().finally(() => (this.checking = false));
  }

  private async ask(): Promise<void> {
    const sent = [...this.unconfirmed.keys()];
    if ((await this.reachesServer()) && this.kernel.connectionStatus === 'connected' && (await this.answers())) {
      // The answer comes after every confirmation, so what is still not confirmed is lost.
      if (sent.some((id) => this.unconfirmed.has(id))) await this.recover().catch(() => undefined);
    } else {
      this.wait = FIRST_WAIT;
      this.retry();
    }
  }

  private answers(): Promise<boolean> {
    const patience = this.kernel.status === 'busy' ? BUSY_PATIENCE : PATIENCE;
    const late = new Promise<boolean>((resolve) => window.setTimeout(() => resolve(false), patience));
    return Promise.race([this.kernel.requestKernelInfo().then(() => true, () => false), late]);
  }

  /** Ask the server about the kernel. Throws if the kernel is gone, but not if the network is down. */
  private async model(): Promise<{ id: string; name: string }> {
    await this.reachesServer();
    if (this.status === 'gone') throw new Error('The kernel has ended.');
    return { id: this.kernelId, name: 'python3' };
  }

  /** Whether the server can be reached. If it says that the kernel has ended, the connection is `gone`. */
  private async reachesServer(): Promise<boolean> {
    const response = await fetch(this.address, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (response?.status === 404) this.tell('gone');
    return response !== null && this.status !== 'gone';
  }

  /**
   * A widget waits for the confirmation of an update before it sends the next one: without this, one lost message
   * would silence a slider for good. Only state updates are kept: setting the same value twice does no harm,
   * pressing a button twice may.
   */
  private keepUnconfirmed(message: KernelMessage.IMessage, direction: 'send' | 'recv'): void {
    if (direction === 'send') {
      const content = message.content as { data?: { method?: string } };
      if (message.header.msg_type === 'comm_msg' && content.data?.method === 'update') {
        this.unconfirmed.set(message.header.msg_id, message);
        this.expectConfirmation(message.header.msg_id);
      }
    } else if (
      message.header.msg_type === 'status' &&
      (message.content as { execution_state: string }).execution_state === 'idle'
    ) {
      this.unconfirmed.delete((message.parent_header as { msg_id?: string }).msg_id ?? '');
    }
  }

  /** When a network disappears, the socket stays open: only a missing confirmation shows it. */
  private expectConfirmation(id: string): void {
    window.setTimeout(async () => {
      if (!this.unconfirmed.has(id) || this.status === 'gone') return;
      // Without a connection, it is being looked for already.
      if (this.kernel.connectionStatus === 'connected') await this.check();
      this.expectConfirmation(id);
    }, PATIENCE);
  }

  /**
   * What either side sent around the time of a loss may be lost, even if the other side's socket looked open.
   * So every update that is not confirmed is sent again, and then the kernel's whole state is taken over.
   * If the connection is lost meanwhile, the answer never comes, and the next connection begins again.
   */
  private async recover(): Promise<void> {
    // The answer comes after everything that the server kept for us: what is confirmed by now is not sent again.
    await this.kernel.requestKernelInfo();
    const kernel = this.kernel as unknown as { _sendMessage(message: KernelMessage.IMessage): void };
    for (const message of this.unconfirmed.values()) {
      // The widget knows the confirmation by the message's id, so the id stays. But if only the confirmation was lost,
      // the kernel has seen the message, and ignores one with the same signature: so something else must differ.
      kernel._sendMessage({ ...message, metadata: { again: Date.now() } });
    }
    // Edits that waited for a confirmation are sent before the answer comes, so the state contains them.
    await this.kernel.requestKernelInfo();
    this.refresh();
  }
}
