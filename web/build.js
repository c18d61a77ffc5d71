// Bundles what the program embeds: node build.js [FOLDER]
import {build} from 'esbuild';
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import typescript from 'typescript';

const root = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(root, 'dist');

// Of all that is bundled; their licences ask for being passed on with it.
const LICENCES = {
  'echarts': ['LICENSE', 'NOTICE'],
  'zrender': ['LICENSE'],
  'tslib': ['LICENSE.txt'],
};

function licences() {
  const parts = [];
  for (const [name, files] of Object.entries(LICENCES)) {
    const folder = join(root, 'node_modules', name);
    const {version} = JSON.parse(readFileSync(join(folder, 'package.json')));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    parts.push(`${name} ${version}\n\n${texts.join('\n\n')}\n`);
  }
  return parts.join('\n----\n\n');
}

// esbuild leaves const, classes and destructuring as they are; the program's
// interpreter knows none of them. Libraries come in ECMAScript 5 already.
const toEcmaScript5 = {
  name: 'to-ecmascript-5',
  setup(bundle) {
    bundle.onLoad({filter: /\/src\/\w+\.js$/}, ({path}) => ({
      contents: typescript.transpile(readFileSync(path, 'utf8'), {
        target: typescript.ScriptTarget.ES5,
        module: typescript.ModuleKind.ESNext,
      }),
    }));
  },
};

function bundle(name, minify) {
  return build({
    absWorkingDir: root,
    entryPoints: [`src/${name}.js`],
    outdir: out,
    bundle: true,
    ...minify,
    charset: 'ascii',
    format: 'iife',
    target: 'es5',
    plugins: [toEcmaScript5],
    legalComments: 'none',  // licences.txt has them whole
    logLevel: 'warning',
  });
}

mkdirSync(out, {recursive: true});
await bundle('page', {minify: true});
// Duktape does not parse what minified syntax makes of ECharts.
await bundle('figure', {minifyWhitespace: true, minifyIdentifiers: true});
for (const file of ['page.css', 'template.html']) {
  copyFileSync(join(root, 'src', file), join(out, file));
}
writeFileSync(join(out, 'licences.txt'), licences());
