/**
 * Widget modules of other packages, loaded from the AMD bundles that come with the Python packages.
 *
 * The bundle is part of the installed Python package, so both sides always match. It is loaded by a script
 * element, so the page's policy needs no `eval`. RequireJS would add 18 kB; here a module has only a few
 * dependencies, and we know them all.
 */
import * as base from '@jupyter-widgets/base';
import * as boxes from './boxes';

type Exports = Record<string, unknown>;
type Factory = (...dependencies: unknown[]) => Exports | undefined;
interface Definition {
  dependencies: string[];
  factory: Factory | Exports;
}

/** A module that this server does not have. Its message may be shown to a visitor. */
export class UnknownModule extends Error {
  constructor(name: string) {
    super(`This part of the page needs “${name}”, which this server does not have.`);
    this.name = 'UnknownModule';
  }
}

/** The boxes of ipywidgets' controls, without the other controls: a page of our own widgets needs no more. */
export const BOXES = '@jupyter-widgets/controls/boxes';

/** The modules in our own bundle, and what loads each. */
const own: Record<string, () => Promise<unknown>> = {
  '@jupyter-widgets/base': () => Promise.resolve(base),
  '@jupyter-widgets/controls': () => import('./controls'),
  [BOXES]: () => Promise.resolve(boxes),
  '@jupyter-widgets/output': () => import('./output'),
};
const loaded = new Map<string, Promise<Exports>>();
let addresses: Record<string, string> = {};
let defined: Definition | null = null;

/** Put `define` on the window, and remember where the bundles lie. */
export function prepareModules(bundles: Record<string, string>): void {
  addresses = bundles;
  const define = (...parts: unknown[]): void => {
    // define(name?, dependencies?, factory): name and dependencies are recognised by their type.
    const factory = parts.pop() as Factory | Exports;
    const dependencies = (parts.find(Array.isArray) ?? ['require', 'exports', 'module']) as string[];
    defined = { dependencies, factory };
  };
  // Bundles ask for `define.amd` before they trust a `define`.
  Object.assign(window, { define: Object.assign(define, { amd: {} }) });
}

/** A module by the name that Python gives it. */
export function loadModule(name: string): Promise<Exports> {
  let module = loaded.get(name);
  if (!module) {
    module = (own[name]?.() as Promise<Exports> | undefined) ?? loadBundle(name);
    loaded.set(name, module);
    // Do not remember a network failure: the next view that needs the module tries again.
    module.catch(() => loaded.delete(name));
  }
  return module;
}

async function loadBundle(name: string): Promise<Exports> {
  const address = Object.hasOwn(addresses, name) ? addresses[name] : undefined;
  if (!address) {
    throw new UnknownModule(name);
  }
  const { dependencies, factory } = await runScript(address);
  if (typeof factory !== 'function') {
    return factory;
  }
  const module: { exports: Exports; id: string; uri: string } = { exports: {}, id: name, uri: address };
  const given = await Promise.all(
    dependencies.map((dependency) => {
      switch (dependency) {
        case 'exports':
          return module.exports;
        case 'module':
          return module;
        case 'require':
          return requireLoaded;
        default:
          return loadModule(dependency);
      }
    }),
  );
  return factory(...given) ?? module.exports;
}

/** The `require` inside a bundle: only `require([names], done)`; it cannot return a module directly. */
function requireLoaded(names: string[], done: (...modules: unknown[]) => void, failed?: (reason: unknown) => void): void {
  Promise.all(names.map(loadModule)).then((modules) => done(...modules), failed ?? console.error);
}

/** Scripts run one after the other, so that each `define` belongs to the script that has just run. */
let queue: Promise<unknown> = Promise.resolve();

function runScript(address: string): Promise<Definition> {
  const run = (): Promise<Definition> =>
    new Promise((resolve, reject) => {
      defined = null;
      const script = document.createElement('script');
      script.src = address;
      script.onload = () => {
        script.remove();
        // The browser calls onload right after the script has run.
        return defined ? resolve(defined) : reject(new Error(`${address} defines no module.`));
      };
      script.onerror = () => {
        script.remove();
        reject(new Error(`${address} could not be fetched.`));
      };
      document.head.append(script);
    });
  const result = queue.then(run, run);
  queue = result.catch(() => undefined);
  return result;
}
