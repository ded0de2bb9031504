/** The banner at the top: it says when the connection is lost, gone or back. */
import type { Status } from './connection';
import type { PageConfig } from './page';

/** Some browsers store nothing, and some throw an error when asked. */
function browserKeeps(): boolean {
  const key = 'careerpath/probe';
  try {
    localStorage.setItem(key, key);
    localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}

export function watchConnection({ kept, unkept }: PageConfig): void {
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
  const sentences = (...all: string[]): string => all.filter(Boolean).join(' ');
  const safe = (): string => (browserKeeps() && kept) || unkept;
  const quiet = (): void => banner.replaceChildren();
  window.addEventListener('careerpath:connection', (event) => {
    const { status } = (event as CustomEvent<{ status: Status }>).detail;
    if (status === 'connected') quiet();
    else if (status === 'lost') say(status, sentences('Connection lost.', safe(), 'Trying again …'));
    else say(status, sentences('This page went to sleep.', safe()), 'Reload and go on', () => location.reload());
  });
  window.addEventListener('careerpath:failure', (event) => {
    const { id } = (event as CustomEvent<{ id: string }>).detail;
    say('failure', sentences(`Something went wrong on our side (id ${id}).`, safe()), 'Close', quiet);
  });
}
