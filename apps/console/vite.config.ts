import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the pages of the console (src/client) to dist/client, which the console's server serves. */
export default defineConfig({
  root: 'src/client',
  // Our packages are read from their sources, so that nothing has to be built first.
  resolve: { conditions: ['source', 'module', 'browser', 'production'] },
  plugins: [react()],
  build: {
    outDir: '../../dist/client',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows files of our own, and no data URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One file, about 170 kB compressed, that the browser keeps.
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        // Libraries change less often than our pages; uPlot is loaded with the first chart.
        codeSplitting: { groups: [{ name: 'libraries', test: /node_modules\/(?!uplot)/ }] },
      },
    },
  },
});
