/**
 * The settings that the server writes into the page: which kernel runs it, and where the widget modules are.
 *
 * The page is streamed: this script runs while the kernel is still starting, so the settings may not
 * have arrived yet. They are JSON in an element that does not run, because the page's policy allows no inline script.
 */
import type { JSONObject } from '@lumino/coreutils';

export interface PageConfig {
  /** The path of the site on this host, with a slash at both ends. */
  baseUrl: string;
  kernelId: string;
  /** The path of each widget module's AMD bundle, by the module's name. */
  modules: Record<string, string>;
  /** Says where a reload finds what was entered; empty if nothing is kept or it is unknown. */
  kept: string;
  /** What to say if it is not kept, or if this browser keeps nothing. */
  unkept: string;
}

/** The state of a widget as ipywidgets saves it for a page. */
export interface SavedWidget {
  state: JSONObject;
  buffers?: { path: (string | number)[]; data: string }[];
}

const parsed = new Promise<void>((resolve) => {
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => resolve(), { once: true });
  } else {
    resolve();
  }
});

/** Resolves when the whole page has arrived, so every cell has run. */
export const pageComplete = (): Promise<void> => parsed;

/** The widgets of a page whose kernel is a copy: all copies begin with the same. Null for another page. */
export function savedWidgets(): Record<string, SavedWidget> | null {
  const element = document.getElementById('careerpath-states');
  return element && (JSON.parse(element.textContent ?? '') as Record<string, SavedWidget>);
}

/** The settings, as soon as they arrive; null if the server could not start the page. */
export async function pageConfig(): Promise<PageConfig | null> {
  const read = (): PageConfig | null => {
    const element = document.getElementById('careerpath-config');
    // While the text still arrives, the element has no next sibling: parse it only when it is complete.
    const whole = element && (element.nextSibling || document.readyState !== 'loading');
    return whole ? (JSON.parse(element.textContent ?? '') as PageConfig) : null;
  };
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => tell(false));
    const tell = (last: boolean): void => {
      const config = read();
      if (config || last) {
        observer.disconnect();
        resolve(config);
      }
    };
    observer.observe(document.documentElement, { childList: true, subtree: true });
    tell(false);
    void parsed.then(() => tell(true));
  });
}
