/** The banner at the top: it speaks when the connection is lost, gone, or back. */
import type { Status } from './connection';

const LOST = 'Connection lost. Your answers are kept on this device. Trying again …';
const GONE = 'This page went to sleep. Your answers are kept on this device.';

export function watchConnection(): void {
  // The element is in the page from the start: a live region that appears with its text is not read out.
  const banner = document.getElementById('careerpath-banner');
  if (!banner) return;
  const say = (status: string, text: string, action?: string, act?: () => void): void => {
    banner.dataset['status'] = status;
    banner.replaceChildren(text);
    if (action && act) {
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: action });
      button.addEventListener('click', act);
      banner.append(' ', button);
    }
  };
  const quiet = (): void => banner.replaceChildren();
  window.addEventListener('careerpath:connection', (event) => {
    const { status } = (event as CustomEvent<{ status: Status }>).detail;
    if (status === 'connected') quiet();
    else if (status === 'lost') say(status, LOST);
    else say(status, GONE, 'Reload and go on', () => location.reload());
  });
  window.addEventListener('careerpath:failure', (event) => {
    const { id } = (event as CustomEvent<{ id: string }>).detail;
    say('failure', `Something went wrong on our side (id ${id}). Your answers are kept on this device.`, 'Close', quiet);
  });
}
