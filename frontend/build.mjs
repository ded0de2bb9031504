// Builds the front end into the package: the served pages' own files, whose names contain a hash so that browsers may
// keep them, with a manifest of these names; and the script of the HTML widget, which notebooks need too.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, '../careerpath/serving/templates/careerpath/static');
const widget = resolve(here, '../careerpath/ui/html_view.js');
const target = ['es2022', 'safari16', 'firefox115', 'chrome109'];

/** A style sheet with its imports, as a string: the widgets add their style when they are loaded. */
const stylesAsText = {
  name: 'styles-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ entryPoints: [path], bundle: true, minify: true, write: false });
      return { contents: outputFiles[0].text, loader: 'text' };
    });
  },
};

/** Packages of which we need only a few names are replaced by files of our own. */
const standIns = {
  name: 'stand-ins',
  setup({ onResolve }) {
    const services = join(here, 'src/services.ts');
    onResolve({ filter: /^@jupyterlab\/(services|coreutils)$/ }, () => ({ path: services }));
    onResolve({ filter: /^sanitize-html$/ }, () => ({ path: join(here, 'src/sanitize.ts') }));
    // Inside the package, its own index is called `..`.
    onResolve({ filter: /^\.\.$/ }, ({ importer }) =>
      importer.includes(join('@jupyterlab', 'services', 'lib')) ? { path: services } : undefined,
    );
    // From its sources, one file per class, so that unused docks, menus and palettes are left out.
    const lumino = join(here, 'node_modules/@lumino/widgets/src');
    onResolve({ filter: /^@lumino\/widgets$/ }, () => ({ path: join(lumino, 'index.ts'), sideEffects: false }));
    onResolve({ filter: /^\.\// }, ({ importer, path }) =>
      dirname(importer) === lumino ? { path: join(lumino, `${path}.ts`), sideEffects: false } : undefined,
    );
    // jQuery without requests and effects: widgets use it only to wrap an element.
    onResolve({ filter: /^jquery$/ }, () => ({ path: join(here, 'node_modules/jquery/dist/jquery.slim.js') }));
  },
};

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: { page: 'src/main.ts' },
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target,
  outdir: out,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  legalComments: 'none',
  metafile: true,
  write: false,
  plugins: [stylesAsText, standIns],
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
});
if (process.argv.includes('--sizes')) {
  const { analyzeMetafile } = await import('esbuild');
  console.log(await analyzeMetafile(metafile));
}

await build({
  absWorkingDir: here,
  entryPoints: ['src/html_view.ts'],
  bundle: true,
  minify: true,
  format: 'esm',
  target,
  outfile: widget,
  legalComments: 'none',
  banner: { js: '// Built from frontend/src/html_view.ts by `npm run build`. It contains idiomorph (0BSD).' },
});

const names = (test) => outputFiles.map(({ path }) => basename(path)).filter(test).sort();
await mkdir(out, { recursive: true });
for (const old of await readdir(out)) await rm(join(out, old));
for (const { path, contents } of outputFiles) await writeFile(path, contents);
const entry = names((name) => name.startsWith('page-'))[0];
// The page preloads what the entry imports before it runs.
const [, { imports }] = Object.entries(metafile.outputs).find(([path]) => basename(path) === entry);
const needed = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path));
const manifest = { entry, preload: [...new Set(needed)].sort() };
await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const { path, contents } of outputFiles) {
  console.log(basename(path), contents.length, createHash('sha256').update(contents).digest('hex').slice(0, 12));
}
