// One file of all that the extension needs, so that nothing else goes into the package.
import { copyFileSync } from 'node:fs';

import { build } from 'esbuild';

await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  external: ['vscode'],
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  sourcemap: false,
  logLevel: 'info',
});

// The licence of the repository goes into the package.
copyFileSync('../../LICENSE', 'LICENSE');
