/**
 * What the server wrote into the page for us: which kernel runs it, and where the widget modules lie.
 *
 * The page is streamed: this script runs while the kernel is still starting, so the settings may not
 * have arrived yet. They are JSON in an inert element, because the page's policy allows no inline script.
 */
export interface PageConfig {
  /** The path of the application on this host, with a slash at both ends. */
  baseUrl: string;
  kernelId: string;
  /** Widget module name -> path of the AMD bundle that its Python package ships. */
  modules: Record<string, string>;
  /** Where a reload finds what was entered; empty where nothing is kept, or nobody knows. */
  kept: string;
  /** What to say where it is not kept, or where this browser keeps nothing. */
  unkept: string;
}

const parsed = new Promise<void>((resolve) => {
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => resolve(), { once: true });
  } else {
    resolve();
  }
});

/** The whole page has arrived, so every cell has run. */
export const pageComplete = (): Promise<void> => parsed;

/** The settings, as soon as the stream brings them; null where the server could not start the page. */
export async function pageConfig(): Promise<PageConfig | null> {
  const read = (): PageConfig | null => {
    const element = document.getElementById('careerpath-config');
    // Text that is still arriving has no sibling yet: parse only what the parser has left behind.
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
