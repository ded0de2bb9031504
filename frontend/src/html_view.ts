/**
 * The script of `careerpath.ui.html_view.HtmlView`: HTML from the kernel, of which only the differences are changed,
 * and actions back to it. It is built into `careerpath/ui/html_view.js`, for notebooks and for the served pages.
 *
 * What templates can write:
 * - `data-action="NAME"` on a button or a checkbox sends that action when pressed, with the element's own `name` and
 *   `value` and with the JSON in `data-values`. If it is `aria-disabled`, the reason is spoken instead.
 * - `data-place="PLACE"` on an element around them is sent along, so that Python can ignore the second half of a
 *   double click, which was meant for the screen before.
 * - `data-send="NAME"` on a form sends that action with the form's fields when it is submitted. With `data-live`, they
 *   are sent after every change too, and with `data-live="moving"` while a slider moves. The fields then show what the
 *   kernel made of them, except the one in use, and only after the kernel has confirmed everything that was sent.
 *   `data-reset` on a button sets the fields back to their `data-default`. `data-secret` empties a field once sent.
 * - `data-upload="NAME"` on a file input sends the chosen file.
 * - `data-focus="VALUE"` takes the focus when this value is new.
 * - `data-fill="NAME"` shows a text that is sent as a message, so that no trait holds it.
 * - `data-copy="ID"` copies the text of that element; `data-print` prints the page.
 * - `data-awake`: while the page is visible, it counts as in use even if nobody presses anything.
 *
 * A form must have an id: text typed into one form must never appear in another.
 */
import { Idiomorph } from 'idiomorph';

interface Model {
  get(name: string): unknown;
  on(event: string, handler: (...message: never[]) => void): void;
  off(event: string, handler: (...message: never[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}
interface Message {
  download?: string;
  type?: string;
  confirmed?: number;
  fill?: Record<string, string>;
}
type Field = HTMLInputElement | HTMLTextAreaElement;

const FOUR_MINUTES = 240_000;
/** Milliseconds without a movement after which a slider's form is sent. */
const PAUSE = 80;

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  el.classList.add('careerpath', 'cp-html-view');
  let filled: Record<string, string> = {};
  let focused: string | undefined;
  let sent = 0;
  let confirmed = 0;
  let timer = 0;

  const show = (): void => {
    const template = document.createElement('template');
    template.innerHTML = model.get('html') as string;
    // JupyterLab uses Enter and the arrow keys for itself.
    for (const each of all(template.content, 'button, input, textarea, summary, [tabindex]')) {
      each.dataset['lmSuppressShortcuts'] = 'true';
    }
    const active = document.activeElement;
    const pressed = active instanceof HTMLElement && el.contains(active) ? active.dataset['action'] : '';
    // Another place is another screen: none of the old one's buttons may take the second half of a double click.
    if (placeOf(el) !== placeOf(template.content)) el.replaceChildren(template.content);
    else Idiomorph.morph(el, template.content, { morphStyle: 'innerHTML', callbacks: { beforeNodeMorphed, beforeAttributeUpdated } });
    fill();
    for (const box of all(el, 'input[data-action]')) toDefault(box as Field);
    const target = el.querySelector<HTMLElement>('[data-focus]');
    if (target && target.dataset['focus'] !== focused) requestAnimationFrame(() => focusAtTop(target));
    else if (pressed && !el.contains(document.activeElement)) {
      el.querySelector<HTMLElement>(`[data-action="${CSS.escape(pressed)}"]`)?.focus();
    }
    focused = target?.dataset['focus'];
    settle();
  };

  const settle = (): void => {
    if (confirmed < sent) return;
    for (const field of all(el, 'form[data-live] :is(input, textarea)')) {
      if (field !== document.activeElement) toDefault(field as Field);
    }
  };

  const fill = (): void => {
    for (const each of all(el, '[data-fill]')) {
      const text = filled[each.dataset['fill'] ?? ''] ?? '';
      // Somebody may have selected the text to copy it.
      if (each.textContent !== text) each.textContent = text;
    }
  };

  const receive = (message: Message, buffers: ArrayBuffer[]): void => {
    if (message.download) save(message.download, message.type ?? '', buffers[0]!);
    if (message.confirmed) {
      confirmed = Math.max(confirmed, message.confirmed);
      settle();
    }
    if (message.fill) {
      filled = message.fill;
      fill();
    }
  };

  const press = (event: Event): void => {
    const target = event.target as Element;
    const copying = target.closest<HTMLElement>('[data-copy]');
    if (copying) void copy(copying);
    if (target.closest('[data-print]')) print();
    const resetting = target.closest('[data-reset]')?.closest('form');
    if (resetting) {
      for (const each of all(resetting, '[data-default]')) (each as Field).value = each.dataset['default'] ?? '';
      send(resetting);
    }
    const source = target.closest<HTMLInputElement | HTMLButtonElement>('[data-action]');
    if (!source) return;
    if (source.getAttribute('aria-disabled') === 'true') return explain(source);
    const values = JSON.parse(source.dataset['values'] ?? '{}') as Record<string, string>;
    if (source.name) values[source.name] = source.value;
    const place = source.closest<HTMLElement>('[data-place]')?.dataset['place'];
    if (place) values['place'] = place;
    model.send({ action: source.dataset['action'], values });
  };

  const send = (form: HTMLFormElement): void => {
    const values = Object.fromEntries(new FormData(form));
    const turn = 'live' in form.dataset ? { turn: ++sent } : {};
    model.send({ action: form.dataset['send'], values, ...turn });
    for (const secret of all(form, '[data-secret]')) (secret as Field).value = '';
  };

  const submit = (event: Event): void => {
    event.preventDefault();
    send(event.target as HTMLFormElement);
  };

  const change = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (field.dataset['upload']) return void upload(field);
    const form = field.closest<HTMLFormElement>('form[data-live]');
    if (form) send(form);
  };

  const move = (event: Event): void => {
    const form = (event.target as Element).closest<HTMLFormElement>('form[data-live=moving]');
    if (!form) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => send(form), PAUSE);
  };

  // Python refuses a file that is too large, in words; one byte too many is enough for that.
  const upload = async (field: HTMLInputElement): Promise<void> => {
    const file = field.files?.[0];
    if (!file) return;
    try {
      const content = await file.slice(0, Number(field.dataset['largest']) + 1).arrayBuffer();
      model.send({ action: field.dataset['upload'], values: { name: file.name.slice(-120) } }, undefined, [content]);
    } catch {
      say(field, 'The browser could not read this file. Please choose it again.');
    }
    field.value = '';
  };

  const explain = (source: HTMLElement): void => {
    const reason = document.getElementById(source.getAttribute('aria-describedby') ?? '');
    say(source, reason?.textContent ?? '');
  };

  const copy = async (button: HTMLElement): Promise<void> => {
    const source = document.getElementById(button.dataset['copy'] ?? '');
    if (!source) return;
    const field = source instanceof HTMLInputElement ? source : null;
    // Without encryption a page may not use the clipboard; the text is selected then, to be copied by hand.
    if (field) field.select();
    else getSelection()?.selectAllChildren(source);
    let words = 'Copied.';
    try {
      await navigator.clipboard.writeText(field?.value ?? source.textContent ?? '');
    } catch {
      if (!document.execCommand('copy')) words = "Selected: copy it with your device's own command.";
    }
    const told = button.parentElement?.querySelector('[data-copied]');
    if (told) told.textContent = words;
    say(button, words);
  };

  /** Speak in this view's own live region; if it has none, in the screen's (ui/live_region.js). */
  const say = (source: HTMLElement, detail: string): void => {
    const region = el.querySelector('p[aria-live]');
    if (region) region.textContent = detail;
    else source.dispatchEvent(new CustomEvent('careerpath:say', { bubbles: true, detail }));
  };

  show();
  model.on('change:html', show);
  model.on('msg:custom', receive);
  el.addEventListener('click', press);
  el.addEventListener('change', change);
  el.addEventListener('input', move);
  el.addEventListener('submit', submit);
  el.addEventListener('focusout', () => setTimeout(settle));
  // JupyterLab listens at the field itself, and would keep line breaks out of it.
  el.addEventListener('beforeinput', (event) => event.stopPropagation(), true);
  const awake = setInterval(() => {
    if (document.visibilityState === 'visible' && el.querySelector('[data-awake]')) model.send({ action: 'here' });
  }, FOUR_MINUTES);
  return () => {
    clearInterval(awake);
    clearTimeout(timer);
    model.off('change:html', show);
    model.off('msg:custom', receive);
  };
}

const placeOf = (root: ParentNode): string | undefined => root.querySelector<HTMLElement>('[data-place]')?.dataset['place'];
const all = (root: ParentNode, selector: string): NodeListOf<HTMLElement> => root.querySelectorAll(selector);

/** A field keeps what was typed: only its attributes change. What was filled in stays. */
function beforeNodeMorphed(old: Node, wanted: Node): boolean {
  const isField = old instanceof HTMLInputElement || old instanceof HTMLTextAreaElement;
  if (!isField) return !(old instanceof HTMLElement && 'fill' in old.dataset);
  const field = wanted as Field;
  for (const name of old.getAttributeNames()) if (!field.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of field.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old instanceof HTMLTextAreaElement) old.defaultValue = field.defaultValue;
  return false;
}

/** What somebody has unfolded stays open. */
function beforeAttributeUpdated(name: string): boolean {
  return name !== 'open';
}

function toDefault(field: Field): void {
  if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) field.checked = field.defaultChecked;
  else if (field.type !== 'file' && field.value !== field.defaultValue) field.value = field.defaultValue;
}

/** A new screen starts at its top, as a new page would; a row that was changed stays in sight. */
function focusAtTop(target: HTMLElement): void {
  target.focus({ preventScroll: true });
  const start = target.matches('h1') ? (target.closest('.careerpath-app') ?? target) : target;
  const { top, bottom } = start.getBoundingClientRect();
  if (start !== target) {
    if (top < 0) start.scrollIntoView({ block: 'start' });
  } else if (top < 0 || bottom > innerHeight) start.scrollIntoView({ block: 'center' });
}

function save(name: string, type: string, content: ArrayBuffer): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export default { render };
